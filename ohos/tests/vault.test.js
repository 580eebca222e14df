// HUKS: what goes wrong, and what becomes of the store.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const { Refusal, app, device, native, start } = require('./facade.js');
const { huks } = require('./kits/UniversalKeystoreKit.js');

const BUSY = 12000005;
const CRYPTO_FAIL = 12000006;

/** One life of the app: what it saw, and what its first event became. */
async function life(context) {
  const staykit = start(context);
  await staykit.ready();
  const receipt = staykit.record('tap');
  const status = await staykit.status();
  await staykit.close();
  return { receipt, status };
}

test('the data key is wrapped once, and opens the store in every later life', async () => {
  const context = app();
  const first = await life(context);
  const second = await life(context);
  assert.strictEqual(second.status.installation, first.status.installation);
  assert.strictEqual(second.status.recorded, 2);
  assert.strictEqual(device.huks.calls.filter((call) => call === 'generateKeyItem').length, 1);
  assert.strictEqual(device.huks.sessions.size, 0, 'every session was finished');
});

test('no copy of the data key is left behind', async (t) => {
  const context = app();
  const given = [];
  for (const name of ['unlockNew', 'unlock']) {
    const unlock = native[name];
    t.mock.method(native, name, (handle, key, ...rest) => {
      given.push(key, [...new Uint8Array(key)]);
      return unlock(handle, key, ...rest);
    });
    await life(context);
  }
  const [begun, wasBegun, goneOn, wasGoneOn] = given;
  assert.deepStrictEqual(wasGoneOn, wasBegun, 'the same key, as long as it is needed');
  for (const key of [begun, goneOn]) assert.deepStrictEqual([...new Uint8Array(key)], Array(32).fill(0));
});

for (const failAt of ['hasKeyItem', 'initSession', 'finishSession']) {
  test(`passing trouble of ${failAt}: in memory this time, there again the next`, async () => {
    const context = app();
    const first = await life(context);
    Object.assign(device.huks, { failAt, failWith: BUSY });
    const troubled = await life(context);
    assert.strictEqual(troubled.receipt.isInMemoryOnly, true);
    assert.deepStrictEqual([troubled.status.isUnlocked, troubled.status.keyTroubles], [false, 1]);
    assert.strictEqual(device.huks.sessions.size, 0, 'no session is left open');
    device.huks.failWith = 0;
    const after = await life(context);
    assert.strictEqual(after.status.installation, first.status.installation);
    assert.deepStrictEqual([after.status.recorded, after.status.keyTroubles, after.status.keysLost], [2, 0, 0]);
  });
}

test('a vault that answers late and has lost the key: what was recorded meanwhile is in the new installation', async () => {
  const context = app();
  const first = await life(context);
  device.huks.keys.clear();
  device.huks.delayMs = 60;
  const staykit = start(context);
  assert.strictEqual(staykit.record('early').isInMemoryOnly, true);
  await new Promise((done) => setTimeout(done, 80));
  assert.strictEqual(staykit.record('between').isInMemoryOnly, true);
  assert.strictEqual(staykit.handle, 0);
  await staykit.ready();
  assert.strictEqual(staykit.record('late').isInMemoryOnly, false);
  const status = await staykit.status();
  assert.notStrictEqual(status.installation, first.status.installation);
  assert.deepStrictEqual([status.keysLost, status.isUnlocked, status.inMemory], [1, true, 0]);
  const path = `${context.filesDir}/export.jsonl`;
  await staykit.export(path);
  const lines = fs.readFileSync(path, 'utf8').trim().split('\n').slice(1);
  const names = lines.map((line) => JSON.parse(line).name);
  assert.deepStrictEqual(names.filter((name) => name !== 'storage_reset'), ['early', 'between', 'late']);
  assert.ok(names.includes('storage_reset'), 'the loss is told');
  await staykit.close();
});

test('the stand-in refuses what HUKS refuses: no associated data, a short nonce, another purpose, no tag', async () => {
  app();
  const { HuksTag } = huks;
  const common = [[1, 20], [3, 256], [5, 0], [6, 32], [316, 1]].map(([tag, value]) => ({ tag: (2 << 28) | tag, value }));
  const purpose = (value) => ({ tag: HuksTag.HUKS_TAG_PURPOSE, value });
  const nonce = { tag: HuksTag.HUKS_TAG_NONCE, value: new Uint8Array(12) };
  const data = { tag: HuksTag.HUKS_TAG_ASSOCIATED_DATA, value: new Uint8Array([1]) };
  const tag = { tag: HuksTag.HUKS_TAG_AE_TAG, value: new Uint8Array(16) };
  await huks.generateKeyItem('key', { properties: [...common, purpose(3)] });
  const session = (...given) => huks.initSession('key', { properties: [...common, ...given] });
  await assert.rejects(session(purpose(1), nonce), { code: 12000002 });
  await assert.rejects(session(purpose(1), { ...nonce, value: new Uint8Array(11) }, data), { code: 12000003 });
  await assert.rejects(session(purpose(4), nonce, data), { code: 12000003 });
  await assert.rejects(session(purpose(2), nonce, data), { code: 12000002 });
  for (const given of [[purpose(1), nonce, data], [purpose(2), nonce, data, tag]]) {
    const { handle } = await session(...given);
    await huks.abortSession(handle, { properties: [] });
  }
});

test('trouble in three starts in a row counts as loss: a new installation, and it is counted', async () => {
  const context = app();
  const first = await life(context);
  Object.assign(device.huks, { failAt: 'finishSession', failWith: BUSY });
  assert.strictEqual((await life(context)).status.keyTroubles, 1);
  assert.strictEqual((await life(context)).status.keyTroubles, 2);
  device.huks.failAt = 'hasKeyItem';
  const third = await life(context);
  assert.strictEqual(third.status.isUnlocked, false, 'the vault is still away');
  assert.strictEqual(third.status.keysLost, 1);
  device.huks.failWith = 0;
  const after = await life(context);
  assert.notStrictEqual(after.status.installation, first.status.installation);
  assert.deepStrictEqual([after.status.isUnlocked, after.status.keysLost, after.status.keyTroubles], [true, 1, 0]);
});

test('a wrapping key that is gone: erased, a new installation, counted once', async () => {
  const context = app();
  const first = await life(context);
  device.huks.keys.clear();
  const second = await life(context);
  assert.notStrictEqual(second.status.installation, first.status.installation);
  assert.deepStrictEqual([second.status.isUnlocked, second.status.keysLost], [true, 1]);
  assert.strictEqual(second.receipt.isInMemoryOnly, false);
  const third = await life(context);
  assert.strictEqual(third.status.installation, second.status.installation);
  assert.strictEqual(third.status.keysLost, 1);
});

test('another wrapping key in its place: the tag does not match, and that is a loss', async () => {
  const context = app();
  const first = await life(context);
  for (const item of device.huks.keys.values()) item.key = Buffer.alloc(32, 7);
  const second = await life(context);
  assert.notStrictEqual(second.status.installation, first.status.installation);
  assert.deepStrictEqual([second.status.isUnlocked, second.status.keysLost], [true, 1]);
});

test('the same error while wrapping is passing trouble: there is nothing to lose', async () => {
  const context = app();
  Object.assign(device.huks, { failAt: 'finishSession', failWith: CRYPTO_FAIL });
  const first = await life(context);
  assert.deepStrictEqual([first.status.isUnlocked, first.status.keysLost], [false, 0]);
  device.huks.failWith = 0;
  assert.strictEqual((await life(context)).status.isUnlocked, true);
});

test('without its key the store takes events into memory, and answers what needs it with a refusal', async () => {
  const context = app();
  Object.assign(device.huks, { failAt: '', failWith: BUSY });
  const staykit = start(context, { endpoint: 'http://127.0.0.1:9' });
  await staykit.ready();
  assert.strictEqual(staykit.record('tap').isInMemoryOnly, true);
  await assert.rejects(staykit.upload(), { name: 'StaykitError', refusal: Refusal.LOCKED });
  assert.deepStrictEqual(await staykit.decisions(), []);
  await staykit.close();
});

test('nothing personal reaches the log', async () => {
  const context = app();
  await life(context);
  device.huks.keys.clear();
  await life(context);
  assert.ok(device.lines.length > 0);
  for (const line of device.lines) assert.doesNotMatch(line, /tap|\/tmp|[0-9a-f]{32}/);
});
