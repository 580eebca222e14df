// A fault inside the engine, provoked within the real module: it is caught, and nothing of it reaches the app.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { Worker } = require('node:worker_threads');
const path = require('node:path');
const { Consent, Properties, Refusal, Staykit, Why, app, device, native, start } = require('./facade.js');

/** Broken, by a panic in Rust. */
async function broken(config) {
  const context = app();
  const staykit = start(context, config);
  staykit.record('payment_failed', Properties.of().money('amount', 1990, 'CNY'));
  const [decision] = await staykit.decisions();
  assert.throws(() => native.provoke(staykit.handle), /^Error: broken: /);
  return { context, staykit, decision };
}

test('after a fault every call is refused by its kind, and none throws at the app', async () => {
  const { context, staykit, decision } = await broken({ endpoint: 'http://127.0.0.1:9', captureLifecycle: true });
  const receipt = staykit.record('tap');
  assert.deepStrictEqual([receipt.isRecorded, receipt.refusal, receipt.sequence], [false, Refusal.BROKEN, 0]);
  assert.ok(receipt.why.length > 0);
  assert.strictEqual(staykit.setFacts(Properties.of().flag('a', true)).refusal, Refusal.BROKEN);
  assert.strictEqual(staykit.setContext(Properties.of().flag('a', true)).refusal, Refusal.BROKEN);
  decision.shown();
  decision.clicked();
  staykit.onDecision(() => assert.fail('nothing is shown any more'));
  context.foreground();
  context.background();
  const calls = [
    () => staykit.decisions(),
    () => staykit.status(),
    () => staykit.understanding(),
    () => staykit.figures(),
    () => staykit.nextActions('next_screen', 3),
    () => staykit.explain(Why.signal('going_quiet')),
    () => staykit.consent(),
    () => staykit.setConsent(Consent.none()),
    () => staykit.upload(),
    () => staykit.flush(),
    () => staykit.export(`${context.filesDir}/export.jsonl`),
    () => staykit.erase(),
    () => staykit.activatePack(new ArrayBuffer(8)),
  ];
  for (const call of calls) await assert.rejects(call, { name: 'StaykitError', refusal: Refusal.BROKEN });
  await staykit.close();
  for (const line of device.lines) assert.doesNotMatch(line, /provoked|1990|\/tmp/);
});

test('what was recorded before a fault is there when it is started again, and goes on', async () => {
  const { context, staykit, decision } = await broken();
  await staykit.close();
  const again = start(context);
  assert.deepStrictEqual((await again.decisions()).map((one) => one.id), [decision.id]);
  assert.strictEqual(again.record('tap').isInMemoryOnly, false);
  const status = await again.status();
  assert.deepStrictEqual([status.recorded, status.isUnlocked, status.keysLost], [2, true, 0]);
  await again.close();
});

test('a fault of one engine leaves another alone, and is seen by every thread', async () => {
  const { context, staykit } = await broken();
  const other = start(context, { folder: `${context.filesDir}/other` });
  await other.ready();
  assert.strictEqual(other.record('tap').sequence, 1);
  const code = `
    const { workerData, parentPort } = require('node:worker_threads');
    const { Staykit } = require(workerData.facade);
    const staykit = Staykit.attach(workerData.handle);
    staykit.ready().then(() => parentPort.postMessage(staykit.record('tap').refusal));`;
  const workerData = { facade: path.join(__dirname, 'facade.js'), handle: staykit.handle };
  const refusal = await new Promise((done, failed) => {
    const worker = new Worker(code, { eval: true, workerData });
    worker.on('message', done);
    worker.on('error', failed);
  });
  assert.strictEqual(refusal, Refusal.BROKEN);
  await Promise.all([staykit.close(), other.close()]);
  assert.strictEqual(Staykit.find(context, {}), null);
});

/** Every entry of the module that does more than hand over bytes and numbers, or that an app calls on its main thread. */
function entries(handle, folder) {
  const draft = () => [handle, new Uint8Array([1, 1, 65]).buffer, 3];
  const settings = {
    folder, appVersion: '', deviceClass: 0, trustedKeys: [], events: [], refuseUnknown: false, zone: { offsetMin: 0 },
  };
  return {
    open: [settings],
    newKey: [],
    unlock: [handle, new ArrayBuffer(32)],
    unlockNew: [handle, new ArrayBuffer(32), new ArrayBuffer(1)],
    eraseAndBeginAnew: [handle],
    record: draft(),
    recordEarlier: [...draft(), Date.now(), 1],
    whyRefused: draft(),
    setFacts: draft(),
    setContext: draft(),
    tick: [handle],
    nextDue: [handle],
    decisions: [handle],
    report: [handle, 1, 1],
    explain: [handle, 'signal', 'going_quiet', 'en'],
    nextActions: [handle, 'next_screen', 3],
    setZone: [handle, { offsetMin: 0 }],
    consent: [handle],
    setConsent: [handle, { record: true, guide: true, upload: true }],
    status: [handle],
    understanding: [handle],
    figures: [handle],
    activatePack: [handle, new ArrayBuffer(8)],
    nextUpload: [handle],
    finishUpload: [handle, new ArrayBuffer(16), { status: 503 }],
    flush: [handle],
    maintain: [handle, 1],
    exportTo: [handle, `${folder}.jsonl`],
    erase: [handle],
    close: [handle],
  };
}

/** What became of a call in which the `number`th fence saw a panic: its answer, or the words of its refusal. */
async function provoked(name, given, number) {
  native.provokeAt(number);
  try {
    return await native[name](...given);
  } catch (error) {
    return error.message;
  } finally {
    assert.strictEqual(native.provokeAt(0), 0, `${name} passed a fence`);
  }
}

test('a fault on the way to the engine, in any entry, is refused, and the engine goes on', async () => {
  const context = app();
  const staykit = start(context);
  await staykit.ready();
  const all = entries(staykit.handle, `${context.filesDir}/staykit`);
  const untouched = ['refusalText', 'provoke', 'provokeAt', 'recordInRust', 'rehearse', 'setClocks'];
  assert.deepStrictEqual(Object.keys(all).sort(), Object.keys(native).filter((name) => !untouched.includes(name)).sort());
  for (const [name, given] of Object.entries(all)) {
    const answer = await provoked(name, given, 1);
    if (name === 'nextDue') assert.strictEqual(answer, null);
    else if (typeof answer === 'number') assert.strictEqual(answer, Refusal.BROKEN, name);
    else assert.match(`${answer}`, /^broken: [^"]*$/, name);
    assert.doesNotMatch(`${answer}`, /provoked/, name);
    assert.strictEqual(staykit.record('tap').isRecorded, true, `after ${name}`);
  }
  await staykit.close();
});

test('a fault while an answer becomes objects of ArkTS breaks that promise alone', async () => {
  const staykit = start(app());
  await staykit.ready();
  for (const name of ['consent', 'status', 'understanding', 'figures']) {
    // The first fence is around the work, the second around the engine, the third around what is told.
    assert.match(`${await provoked(name, [staykit.handle], 3)}`, /^broken: /, name);
    assert.strictEqual(staykit.record('tap').isRecorded, true, `after ${name}`);
  }
  await staykit.close();
});
