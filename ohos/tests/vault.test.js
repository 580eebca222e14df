// HUKS: what goes wrong, and what becomes of the store.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const { Consent, Refusal, app, collector, device, native, start, until } = require('./facade.js');
const { huks } = require('./kits/UniversalKeystoreKit.js');

const { COUNTED } = require(`${process.env.STAYKIT_JS}/staykit/src/main/ets/store/Opening.js`);

const BUSY = 12000005;
const CRYPTO_FAIL = 12000006;

/** One life of the app: what it saw, and what its first event became. */
async function life(context) {
  // In a process of its own.
  COUNTED.clear();
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

test('trouble in three starts in a row is borne, in the fourth it counts as loss: a new installation, counted', async () => {
  const context = app();
  const first = await life(context);
  Object.assign(device.huks, { failAt: 'finishSession', failWith: BUSY });
  assert.strictEqual((await life(context)).status.keyTroubles, 1);
  assert.strictEqual((await life(context)).status.keyTroubles, 2);
  const third = await life(context);
  assert.deepStrictEqual([third.status.keyTroubles, third.status.keysLost], [3, 0]);
  device.huks.failAt = 'hasKeyItem';
  const fourth = await life(context);
  assert.strictEqual(fourth.status.isUnlocked, false, 'the vault is still away');
  assert.strictEqual(fourth.status.keysLost, 1);
  assert.strictEqual((await life(context)).status.keysLost, 1, 'without a key there is none to lose');
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

test('an app that closes and starts again while HUKS is busy has started once, and loses nothing', async () => {
  const context = app();
  const first = await life(context);
  device.huks.failWith = BUSY;
  COUNTED.clear();
  for (let i = 0; i < 6; i++) {
    const staykit = start(context);
    const { keyTroubles, keysLost } = await staykit.status();
    assert.deepStrictEqual([keyTroubles, keysLost], [1, 0]);
    await staykit.close();
  }
  device.huks.failWith = 0;
  assert.strictEqual((await life(context)).status.installation, first.status.installation);
});

test('troubles that are not in a row do not add up', async () => {
  const context = app();
  const first = await life(context);
  for (let i = 0; i < 3; i++) {
    for (const failWith of [BUSY, BUSY, BUSY, 0]) {
      device.huks.failWith = failWith;
      await life(context);
    }
  }
  const last = await life(context);
  assert.deepStrictEqual([last.status.installation, last.status.keyTroubles], [first.status.installation, 0]);
});

test('a new key that cannot be made, however often, is no key lost', async () => {
  const context = app();
  Object.assign(device.huks, { failAt: 'generateKeyItem', failWith: BUSY });
  for (let i = 0; i < 5; i++) {
    const { status } = await life(context);
    assert.deepStrictEqual([status.isUnlocked, status.keyTroubles, status.keysLost], [false, 0, 0]);
  }
});

test('two stores share no key: what one loses, and what it counts, is nothing to the other', async () => {
  const context = app();
  const folder = `${context.filesDir}/other`;
  const both = async () => {
    const pair = [start(context), start(context, { folder })];
    const seen = await Promise.all(pair.map((staykit) => staykit.status()));
    await Promise.all(pair.map((staykit) => staykit.close()));
    return seen;
  };
  const [usual, other] = await both();
  assert.strictEqual(device.huks.keys.size, 2);
  for (const alias of device.huks.keys.keys()) assert.ok(alias.length <= 64 && !alias.includes('/'), alias);
  device.huks.keys.delete('staykit.wrapping');
  const [lost, kept] = await both();
  assert.notStrictEqual(lost.installation, usual.installation);
  assert.deepStrictEqual([lost.keysLost, kept.keysLost, kept.installation], [1, 0, other.installation]);
});

/** HUKS does not answer the next call of this name, until it is told to. */
function silent(t, name) {
  const call = huks[name];
  let answer;
  const told = new Promise((done) => (answer = done));
  const mocked = t.mock.method(huks, name, async (...given) => {
    mocked.mock.restore();
    await told;
    return call(...given);
  });
  return answer;
}

/** A minute goes by as quickly as this test. */
function impatient(t) {
  const { setTimeout: wait } = globalThis;
  t.mock.method(globalThis, 'setTimeout', (work, ms) => wait(work, ms === 30_000 ? 60 : ms));
}

test('HUKS never answers: the store takes events into memory, and closing is answered', async (t) => {
  const context = app();
  const first = await life(context);
  impatient(t);
  const answer = silent(t, 'initSession');
  const staykit = start(context);
  staykit.record('early');
  const closing = staykit.close();
  await closing;
  answer();
  await new Promise((done) => setTimeout(done, 30));
  const after = await life(context);
  assert.deepStrictEqual([after.status.installation, after.status.recorded], [first.status.installation, 2]);
});

for (const name of ['finishSession', 'generateKeyItem']) {
  test(`HUKS answers ${name} after everybody has given up: the key is used all the same`, async (t) => {
    const context = app();
    if (name === 'finishSession') await life(context);
    impatient(t);
    const answer = silent(t, name);
    const staykit = start(context);
    staykit.record('early');
    await staykit.ready();
    assert.strictEqual(staykit.record('late').isInMemoryOnly, true);
    answer();
    await until(async () => (await staykit.status()).isUnlocked, 'unlocked');
    assert.strictEqual(staykit.record('later').isInMemoryOnly, false);
    const { recorded, keyTroubles } = await staykit.status();
    assert.deepStrictEqual([recorded, keyTroubles], [name === 'finishSession' ? 4 : 3, 0]);
    await staykit.close();
  });
}

for (const name of ['finishSession', 'generateKeyItem']) {
  test(`HUKS answers ${name} after everybody has given up: what waits is sent, and the device is known`, async (t) => {
    const server = await collector();
    const context = app();
    if (name === 'finishSession') await life(context);
    device.language = 'fr-Latn-FR';
    impatient(t);
    const answer = silent(t, name);
    const staykit = start(context, { endpoint: server.address, autoUpload: true });
    await staykit.ready();
    staykit.record('tap');
    answer();
    const wanted = name === 'finishSession' ? 2 : 1;
    await until(async () => (await server.summary()).events === wanted, 'it is sent by itself');
    await staykit.export(`${context.filesDir}/export.jsonl`);
    const [head] = fs.readFileSync(`${context.filesDir}/export.jsonl`, 'utf8').split('\n');
    assert.match(head, /"fr"/);
    await staykit.close();
    server.stop();
  });
}

test('HUKS makes a key after everybody has given up, and the app has started again: the one that is used stays', async (t) => {
  const context = app();
  impatient(t);
  const answer = silent(t, 'generateKeyItem');
  const first = start(context);
  await first.ready();
  await first.close();
  const second = start(context);
  await second.ready();
  answer();
  await until(async () => (await second.status()).isUnlocked, 'unlocked');
  const { installation } = await second.status();
  await second.close();
  const { status } = await life(context);
  assert.deepStrictEqual([status.installation, status.keysLost], [installation, 0]);
});

test('HUKS forgets a key after everybody has given up, and the person erased: the new one stays', async (t) => {
  const context = app();
  await life(context);
  for (const item of device.huks.keys.values()) item.key = Buffer.alloc(32, 7);
  impatient(t);
  const answer = silent(t, 'deleteKeyItem');
  COUNTED.clear();
  const staykit = start(context);
  await staykit.ready();
  await staykit.erase();
  answer();
  await until(async () => (await staykit.status()).isUnlocked, 'unlocked');
  const { installation } = await staykit.status();
  await staykit.close();
  const { status } = await life(context);
  assert.deepStrictEqual([status.installation, status.keysLost], [installation, 1]);
});

test('a key that comes when its installation was erased opens nothing', async (t) => {
  const context = app();
  await life(context);
  impatient(t);
  const answer = silent(t, 'finishSession');
  const staykit = start(context);
  await staykit.ready();
  const unlock = t.mock.method(native, 'unlock');
  const erased = staykit.erase();
  answer();
  await erased;
  await new Promise((done) => setTimeout(done, 50));
  assert.strictEqual(unlock.mock.callCount(), 0);
  assert.deepStrictEqual([staykit.record('tap').sequence, (await staykit.status()).isUnlocked], [1, true]);
  await staykit.close();
  assert.strictEqual((await life(context)).status.recorded, 2);
});

for (const when of ['while it opens', 'once it is open']) {
  test(`consent withdrawn while the key is away, ${when}: everything is erased, and it is not forgotten`, async () => {
    const context = app();
    const first = await life(context);
    device.huks.failWith = BUSY;
    COUNTED.clear();
    const staykit = start(context);
    if (when === 'once it is open') await staykit.ready();
    const said = staykit.setConsent(Consent.none());
    if (when === 'once it is open') device.huks.failWith = 0;
    await said;
    device.huks.failWith = 0;
    await staykit.close();
    const again = start(context);
    const { installation, isUnlocked, recorded } = await again.status();
    assert.notStrictEqual(installation, first.status.installation);
    assert.deepStrictEqual([isUnlocked, recorded, (await again.consent()).record], [true, 0, false]);
    assert.strictEqual(again.record('tap').refusal, Refusal.NO_CONSENT);
    await again.close();
  });
}

test('an erasure that unlocking finishes is followed by a key of its own, at once', async (t) => {
  const context = app();
  const first = await life(context);
  const { unlock } = native;
  t.mock.method(native, 'unlock', async (handle, key) => {
    await native.setConsent(handle, { record: false, guide: false, upload: false });
    return unlock(handle, key);
  });
  const staykit = start(context);
  const { installation, isUnlocked, recorded } = await staykit.status();
  assert.notStrictEqual(installation, first.status.installation);
  assert.deepStrictEqual([isUnlocked, recorded], [true, 0]);
  await staykit.setConsent(Consent.all());
  assert.strictEqual(staykit.record('tap').isInMemoryOnly, false);
  await staykit.close();
});

test('another wrapping key in its place: the tag does not match, and that is a loss', async () => {
  const context = app();
  const first = await life(context);
  for (const item of device.huks.keys.values()) item.key = Buffer.alloc(32, 7);
  const second = await life(context);
  assert.notStrictEqual(second.status.installation, first.status.installation);
  assert.deepStrictEqual([second.status.isUnlocked, second.status.keysLost], [true, 1]);
});

test('the same error once, as of a cipher that failed, is no loss: the key is asked for again', async (t) => {
  const context = app();
  const first = await life(context);
  const finish = huks.finishSession;
  const failed = t.mock.method(huks, 'finishSession', async (...given) => {
    failed.mock.restore();
    await finish(...given);
    throw Object.assign(new Error('refused'), { code: CRYPTO_FAIL });
  });
  const second = await life(context);
  assert.strictEqual(failed.mock.callCount(), 1);
  assert.strictEqual(second.status.installation, first.status.installation);
  assert.deepStrictEqual([second.status.isUnlocked, second.status.keysLost, second.status.keyTroubles], [true, 0, 0]);
  assert.strictEqual(device.huks.sessions.size, 0);
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
