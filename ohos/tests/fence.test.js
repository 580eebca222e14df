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
