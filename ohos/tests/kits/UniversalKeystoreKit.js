// HUKS as it behaves: it answers later, keeps keys to itself, and refuses what is not as it should be.
'use strict';
const crypto = require('node:crypto');
const { BusinessError, device, later } = require('./state.js');

const UINT = 2 << 28;
const BYTES = 5 << 28;
const HuksTag = {
  HUKS_TAG_ALGORITHM: UINT | 1,
  HUKS_TAG_PURPOSE: UINT | 2,
  HUKS_TAG_KEY_SIZE: UINT | 3,
  HUKS_TAG_PADDING: UINT | 5,
  HUKS_TAG_BLOCK_MODE: UINT | 6,
  HUKS_TAG_ASSOCIATED_DATA: BYTES | 8,
  HUKS_TAG_NONCE: BYTES | 9,
  HUKS_TAG_AUTH_STORAGE_LEVEL: UINT | 316,
  HUKS_TAG_AE_TAG: BYTES | 10009,
};
const CRYPTO_FAIL = 12000006;
const ITEM_NOT_EXIST = 12000011;
const MISSING_ARGUMENT = 12000002;
const INVALID_ARGUMENT = 12000003;
const SESSION_LIMIT = 12000010;
const MOST_SESSIONS = 15;

let last = 0;

function params(options) {
  if (!Array.isArray(options?.properties)) throw new BusinessError(401);
  return new Map(options.properties.map(({ tag, value }) => [tag, value]));
}

function wanted(given, tag, check) {
  if (!given.has(tag)) throw new BusinessError(MISSING_ARGUMENT);
  if (!check(given.get(tag))) throw new BusinessError(INVALID_ARGUMENT);
}

const is = (expected) => (value) => value === expected;
const bytes = (count) => (value) => value instanceof Uint8Array && (count === 0 ? value.length > 0 : value.length === count);

async function call(name, alias) {
  device.huks.calls.push(name);
  await later(device.huks.delayMs);
  if (typeof alias !== 'string' || alias.length === 0 || alias.length > 128) throw new BusinessError(401);
  const { failAt, failWith } = device.huks;
  if (failWith !== 0 && (failAt === '' || failAt === name)) throw new BusinessError(failWith);
}

function algorithm(given) {
  wanted(given, HuksTag.HUKS_TAG_ALGORITHM, is(20));
  wanted(given, HuksTag.HUKS_TAG_KEY_SIZE, is(256));
  wanted(given, HuksTag.HUKS_TAG_BLOCK_MODE, is(32));
  wanted(given, HuksTag.HUKS_TAG_PADDING, is(0));
  wanted(given, HuksTag.HUKS_TAG_AUTH_STORAGE_LEVEL, is(1));
}

async function generateKeyItem(alias, options) {
  await call('generateKeyItem', alias);
  const given = params(options);
  algorithm(given);
  // As on a device, a key that is there is replaced: what it wrapped is lost.
  device.huks.keys.set(alias, { key: crypto.randomBytes(32), purpose: given.get(HuksTag.HUKS_TAG_PURPOSE) });
}

async function deleteKeyItem(alias, options) {
  await call('deleteKeyItem', alias);
  params(options);
  if (!device.huks.keys.delete(alias)) throw new BusinessError(ITEM_NOT_EXIST);
}

async function hasKeyItem(alias, options) {
  await call('hasKeyItem', alias);
  params(options);
  return device.huks.keys.has(alias);
}

async function initSession(alias, options) {
  await call('initSession', alias);
  const given = params(options);
  const item = device.huks.keys.get(alias);
  if (item === undefined) throw new BusinessError(ITEM_NOT_EXIST);
  algorithm(given);
  const purpose = given.get(HuksTag.HUKS_TAG_PURPOSE);
  if ((purpose !== 1 && purpose !== 2) || (item.purpose & purpose) === 0) throw new BusinessError(INVALID_ARGUMENT);
  wanted(given, HuksTag.HUKS_TAG_NONCE, bytes(12));
  wanted(given, HuksTag.HUKS_TAG_ASSOCIATED_DATA, bytes(0));
  if (purpose === 2) wanted(given, HuksTag.HUKS_TAG_AE_TAG, bytes(16));
  if (device.huks.sessions.size >= MOST_SESSIONS) throw new BusinessError(SESSION_LIMIT);
  last += 1;
  device.huks.sessions.set(last, { key: item.key, purpose, given });
  return { handle: last };
}

async function finishSession(handle, options) {
  await call('finishSession', 'session');
  params(options);
  const session = device.huks.sessions.get(handle);
  if (session === undefined || !(options.inData instanceof Uint8Array)) throw new BusinessError(401);
  device.huks.sessions.delete(handle);
  const nonce = session.given.get(HuksTag.HUKS_TAG_NONCE);
  const aad = session.given.get(HuksTag.HUKS_TAG_ASSOCIATED_DATA);
  if (session.purpose === 1) {
    const cipher = crypto.createCipheriv('aes-256-gcm', session.key, nonce);
    cipher.setAAD(aad);
    const sealed = Buffer.concat([cipher.update(options.inData), cipher.final(), cipher.getAuthTag()]);
    return { outData: new Uint8Array(sealed) };
  }
  const decipher = crypto.createDecipheriv('aes-256-gcm', session.key, nonce);
  decipher.setAAD(aad);
  decipher.setAuthTag(session.given.get(HuksTag.HUKS_TAG_AE_TAG));
  try {
    return { outData: new Uint8Array(Buffer.concat([decipher.update(options.inData), decipher.final()])) };
  } catch {
    throw new BusinessError(CRYPTO_FAIL);
  }
}

async function abortSession(handle, options) {
  device.huks.calls.push('abortSession');
  params(options);
  if (!device.huks.sessions.delete(handle)) throw new BusinessError(401);
}

exports.huks = {
  HuksTag,
  HuksKeyAlg: { HUKS_ALG_AES: 20 },
  HuksKeySize: { HUKS_AES_KEY_SIZE_256: 256 },
  HuksKeyPurpose: { HUKS_KEY_PURPOSE_ENCRYPT: 1, HUKS_KEY_PURPOSE_DECRYPT: 2 },
  HuksKeyPadding: { HUKS_PADDING_NONE: 0 },
  HuksCipherMode: { HUKS_MODE_GCM: 32 },
  HuksAuthStorageLevel: { HUKS_AUTH_STORAGE_LEVEL_DE: 0, HUKS_AUTH_STORAGE_LEVEL_CE: 1 },
  HuksExceptionErrCode: { HUKS_ERR_CODE_CRYPTO_FAIL: CRYPTO_FAIL, HUKS_ERR_CODE_ITEM_NOT_EXIST: ITEM_NOT_EXIST },
  generateKeyItem,
  deleteKeyItem,
  hasKeyItem,
  initSession,
  finishSession,
  abortSession,
};
