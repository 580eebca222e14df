// What comes while something else is under way, and what is given that should not be.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { once } = require('node:events');
const { Consent, Properties, Refusal, Staykit, StaykitWorkAbility, Why, app, collector, device, native, start, until } = require('./facade.js');
const { preferences } = require('./kits/ArkData.js');
const { emitter } = require('./kits/BasicServicesKit.js');
const { i18n } = require('./kits/LocalizationKit.js');

async function names(context, staykit) {
  const file = `${context.filesDir}/export.jsonl`;
  await staykit.export(file);
  return fs.readFileSync(file, 'utf8').trim().split('\n').slice(1).map((line) => JSON.parse(line).name);
}

/** The store is open to nobody: whoever opens it gets an engine that waits for its key. */
async function isClosed(context) {
  const zone = { offsetMin: 0 };
  const folder = `${context.filesDir}/staykit`;
  const settings = { folder, appVersion: '', deviceClass: 0, trustedKeys: [], events: [], refuseUnknown: false, zone };
  const { handle, locked } = await native.open(settings);
  if (locked) await native.close(handle);
  return locked;
}

test('consent withdrawn and given again before the store is open: what is between is not recorded', async () => {
  const context = app();
  const staykit = start(context);
  staykit.record('before');
  const said = [staykit.setConsent(Consent.none())];
  staykit.record('between');
  said.push(staykit.setConsent(Consent.all()));
  staykit.record('after');
  await Promise.all(said);
  assert.strictEqual(staykit.record('late').isInMemoryOnly, false);
  assert.deepStrictEqual(await names(context, staykit), ['after', 'late']);
  await staykit.close();
});

test('erased twice at once, each is a new installation with a key of its own', async () => {
  const context = app();
  device.huks.delayMs = 5;
  const staykit = start(context);
  const { installation } = await staykit.status();
  await Promise.all([staykit.erase(), staykit.setConsent(Consent.none()), staykit.setConsent(Consent.all()), staykit.erase()]);
  assert.strictEqual(staykit.record('tap').isInMemoryOnly, false);
  const status = await staykit.status();
  assert.notStrictEqual(status.installation, installation);
  assert.deepStrictEqual([status.isUnlocked, status.keysLost], [true, 0]);
  await staykit.close();
});

for (const what of ['erase', 'withdraw']) {
  test(`closed while it is to ${what}, it ends after that, and nothing opens the store again`, async () => {
    const context = app();
    device.huks.delayMs = 10;
    const staykit = start(context);
    staykit.record('tap');
    await staykit.ready();
    const erased = what === 'erase' ? staykit.erase() : staykit.setConsent(Consent.none());
    const closed = staykit.close();
    assert.strictEqual(staykit.record('late').refusal, Refusal.CLOSED);
    await Promise.all([erased, closed]);
    await new Promise((done) => setTimeout(done, 50));
    assert.strictEqual(await isClosed(context), true);
    const again = start(context);
    assert.deepStrictEqual(await names(context, again), []);
    await again.close();
  });
}

test('closed before the store was open, what was noticed by itself is there the next time', async () => {
  const context = app();
  const first = start(context, { captureLifecycle: true });
  await first.ready();
  await first.close();
  Object.assign(device, { versionName: '2.5.0', language: 'zh-Hans-CN' });
  device.huks.delayMs = 20;
  const second = start(context, { captureLifecycle: true });
  context.foreground();
  await second.close();
  const third = start(context, { captureLifecycle: true });
  assert.deepStrictEqual(await names(context, third), ['foreground', 'open', 'app_updated', 'language_set']);
  await third.close();
  device.versionName = '2.4.0';
});

test('an update that was noticed without a key, and lost with the process, is told at the next start', async () => {
  const context = app();
  const first = start(context, { captureLifecycle: true });
  await first.ready();
  await first.close();
  device.versionName = '2.5.0';
  device.huks.failWith = 12000005;
  const second = start(context, { captureLifecycle: true });
  await second.ready();
  assert.strictEqual((await second.status()).isUnlocked, false);
  await second.close();
  device.huks.failWith = 0;
  const third = start(context, { captureLifecycle: true });
  assert.deepStrictEqual(await names(context, third), ['app_updated']);
  await third.close();
  const fourth = start(context, { captureLifecycle: true });
  assert.deepStrictEqual(await names(context, fourth), ['app_updated'], 'and once only');
  await fourth.close();
  device.versionName = '2.4.0';
});

test('what has changed is told once in a start without a key, however often the app comes back', async () => {
  const context = app();
  const first = start(context, { captureLifecycle: true });
  await first.ready();
  await first.close();
  Object.assign(device, { versionName: '2.5.0', language: 'zh-Hans-CN' });
  device.huks.failWith = 12000005;
  const second = start(context, { captureLifecycle: true });
  await second.ready();
  const { inMemory } = await second.status();
  for (let i = 0; i < 3; i++) second.onSettings();
  assert.strictEqual((await second.status()).inMemory, inMemory);
  await second.close();
  device.versionName = '2.4.0';
});

test('what has changed and was refused for now is told when the app comes back', async (t) => {
  const context = app();
  const first = start(context, { captureLifecycle: true });
  await first.ready();
  await first.close();
  device.versionName = '2.5.0';
  const full = t.mock.method(native, 'record', () => Refusal.MEMORY_FULL);
  const second = start(context, { captureLifecycle: true });
  await second.ready();
  full.mock.restore();
  for (let i = 0; i < 3; i++) second.onSettings();
  assert.deepStrictEqual(await names(context, second), ['app_updated']);
  await second.close();
  device.versionName = '2.4.0';
});

test('neither notes that cannot be read nor a language that is not told keep the store from opening', async (t) => {
  const context = app();
  t.mock.method(preferences, 'getPreferences', async () => {
    throw new Error('15500000');
  });
  t.mock.method(i18n.System, 'getAppPreferredLanguage', () => {
    throw new Error('890001');
  });
  const staykit = start(context, { captureLifecycle: true });
  staykit.record('tap');
  context.foreground();
  await staykit.ready();
  assert.deepStrictEqual(await names(context, staykit), ['tap', 'foreground', 'open']);
  context.background();
  context.foreground();
  await staykit.close();
});

test('a system that does not tell when the app comes and goes keeps nobody from recording', async (t) => {
  const context = app();
  t.mock.method(context, 'on', () => {
    throw new Error('16000011');
  });
  t.mock.method(context, 'off', () => {
    throw new Error('16000011');
  });
  const staykit = start(context, { captureLifecycle: true });
  assert.strictEqual(start(context), staykit);
  staykit.record('tap');
  assert.deepStrictEqual(await names(context, staykit), ['tap']);
  await staykit.close();
});

test('another language chosen while the app was away is told when it comes back, once', async () => {
  const context = app();
  const staykit = start(context, { captureLifecycle: true });
  await staykit.ready();
  context.foreground();
  context.background();
  device.language = 'zh-Hans-CN';
  context.foreground();
  context.background();
  context.foreground();
  const told = (await names(context, staykit)).filter((name) => name === 'language_set');
  assert.deepStrictEqual(told, ['language_set']);
  const [head] = fs.readFileSync(`${context.filesDir}/export.jsonl`, 'utf8').split('\n');
  assert.match(head, /"zh"/);
  await staykit.close();
});

test('an app that starts while the work of the background sends is not closed with it', async () => {
  const server = await collector();
  const context = app();
  class Work extends StaykitWorkAbility {
    config() {
      return { endpoint: server.address, captureLifecycle: false, consent: Consent.all() };
    }
  }
  const [one, other] = [new Work(), new Work()];
  for (const work of [one, other]) {
    work.context = context;
    work.onWorkStart({});
  }
  const staykit = start(context);
  staykit.record('tap');
  await until(async () => (await staykit.upload()).isDone && (await server.summary()).events === 1, 'it is sent');
  await new Promise((done) => setTimeout(done, 30));
  assert.strictEqual(Staykit.find(context, {}), staykit);
  assert.strictEqual(staykit.record('tap').sequence, 2);
  await staykit.close();

  for (const work of [one, other]) work.onWorkStart({});
  await until(() => Staykit.find(context, {}) === null, 'two works end when the second does');
  await until(() => isClosed(context), 'the store is let go');
  server.stop();
});

/** A server that answers when it is told to. */
async function slow() {
  const waiting = [];
  let posts = 0;
  const server = http.createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      if (request.method === 'HEAD') return response.writeHead(405).end();
      posts += 1;
      waiting.push(() => response.writeHead(200).end());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  const answer = async () => {
    await until(() => waiting.length > 0, 'a request');
    waiting.shift()();
  };
  return { address: `http://127.0.0.1:${server.address().port}`, arrived: () => until(() => waiting.length > 0, 'a request'), answer, posts: () => posts, stop: () => server.close() };
}

test('erased while a batch is on its way: the answer is for nobody, and the upload ends', async () => {
  const server = await slow();
  const staykit = start(app(), { endpoint: server.address });
  staykit.record('tap');
  const sent = staykit.upload();
  await server.arrived();
  await staykit.erase();
  await server.answer();
  const delivered = await sent;
  assert.deepStrictEqual([delivered.events, server.posts()], [0, 1]);
  await staykit.close();
  server.stop();
});

test('closed while a batch is on its way: it ends at once, the upload is refused, and the batch goes again', async () => {
  const server = await slow();
  const context = app();
  const staykit = start(context, { endpoint: server.address });
  staykit.record('tap');
  const sent = staykit.upload();
  await server.arrived();
  await staykit.close();
  await server.answer();
  await assert.rejects(sent, { name: 'StaykitError', refusal: Refusal.CLOSED });
  const again = start(context, { endpoint: server.address });
  const second = again.upload();
  await server.answer();
  await second;
  assert.strictEqual(server.posts(), 2);
  assert.strictEqual(device.network.open, 0);
  await again.close();
  server.stop();
});

test('one folder, however it is written, is one', async () => {
  const context = app();
  const staykit = start(context);
  for (const folder of ['/staykit', '//staykit', '/staykit/', '/./staykit']) {
    assert.strictEqual(start(context, { folder: context.filesDir + folder }), staykit);
  }
  await staykit.close();
});

test('consent that is given for sending sends', async () => {
  const server = await collector();
  const context = app();
  const staykit = start(context, { endpoint: server.address, autoUpload: true, consent: new Consent(true, true, false) });
  staykit.record('tap');
  await staykit.ready();
  await staykit.setConsent(Consent.all());
  await until(async () => (await server.summary()).events === 1, 'it is sent');
  await staykit.close();
  server.stop();
});

test('what needs its key is refused to other threads, which have none, and no such handle is attached', async () => {
  const context = app();
  const staykit = start(context);
  for (const handle of [staykit.handle, -1, NaN, undefined]) {
    assert.throws(() => Staykit.attach(handle), { name: 'StaykitError', refusal: Refusal.NO_ENGINE });
  }
  await staykit.ready();
  const attached = Staykit.attach(staykit.handle);
  staykit.record('tap');
  for (const call of [() => attached.erase(), () => attached.setConsent(Consent.none())]) {
    await assert.rejects(call, { name: 'StaykitError', refusal: Refusal.LOCKED });
  }
  await attached.setConsent(Consent.all());
  assert.deepStrictEqual(await names(context, attached), ['tap']);
  assert.strictEqual(staykit.record('tap').isInMemoryOnly, false);
  await attached.close();
  await staykit.close();
});

test('consent that is first given on another thread tells of the device, and sends, where the engine was started', async () => {
  const server = await collector();
  const context = app();
  device.language = 'fr-Latn-FR';
  const staykit = start(context, { endpoint: server.address, autoUpload: true, consent: Consent.none() });
  await staykit.ready();
  const code = `
    const { workerData } = require('node:worker_threads');
    const { Staykit, Consent } = require(workerData.facade);
    const staykit = Staykit.attach(workerData.handle);
    staykit.ready().then(async () => {
      await staykit.setConsent(new Consent(true, true, false));
      staykit.record('tap');
      await staykit.setConsent(Consent.all());
    });`;
  const workerData = { facade: path.join(__dirname, 'facade.js'), handle: staykit.handle };
  const worker = new Worker(code, { eval: true, workerData });
  await until(async () => (await server.summary()).events === 1, 'it is sent');
  await worker.terminate();
  await names(context, staykit);
  const [head] = fs.readFileSync(`${context.filesDir}/export.jsonl`, 'utf8').split('\n');
  assert.match(head, /"fr"/);
  await staykit.close();
  server.stop();
});

test('what an event on another thread brings to be shown is told where the engine was started', async () => {
  const context = app();
  const staykit = start(context);
  await staykit.ready();
  const told = [];
  staykit.onDecision((decision) => told.push(decision.campaign));
  const code = `
    const { workerData, parentPort } = require('node:worker_threads');
    const { Staykit, Properties } = require(workerData.facade);
    const staykit = Staykit.attach(workerData.handle);
    staykit.ready().then(async () => {
      const failed = Properties.of().money('amount', 1990, 'CNY').text('item', 'strap-21');
      for (let i = 0; i < 20; i++) staykit.record('payment_failed', failed);
      await staykit.flush();
      await staykit.close();
      parentPort.postMessage('done');
    });`;
  const workerData = { facade: path.join(__dirname, 'facade.js'), handle: staykit.handle };
  const worker = new Worker(code, { eval: true, workerData });
  await until(() => told.length > 0, 'it is told');
  await worker.terminate();
  assert.strictEqual(told.length, 1);
  await staykit.close();
  assert.strictEqual(emitter.count(), 0, 'nobody listens any more');
});

test('a listener is told once, however often it is added, and a closed one holds nobody', async () => {
  const context = app();
  const staykit = start(context);
  await staykit.ready();
  const told = [];
  const listener = (decision) => told.push(decision.id);
  for (let i = 0; i < 3; i++) staykit.onDecision(listener);
  staykit.record('payment_failed', Properties.of().money('amount', 1, 'CNY'));
  await until(() => told.length > 0, 'it is told');
  await new Promise((done) => setTimeout(done, 20));
  assert.strictEqual(told.length, 1);
  staykit.offDecision(listener);
  staykit.onDecision(listener);
  await until(() => told.length === 2, 'added anew, it is told anew');
  await staykit.close();
  assert.strictEqual(staykit.guidance.listeners.length, 0);
});

test('a decision whose answer could not be noted is shown no second time', async (t) => {
  const staykit = start(app());
  await staykit.ready();
  const told = [];
  staykit.onDecision((decision) => told.push(decision));
  staykit.record('payment_failed', Properties.of().money('amount', 1, 'CNY'));
  await until(() => told.length > 0, 'it is told');
  const refused = t.mock.method(native, 'report', () => Refusal.MEMORY_FULL);
  told[0].dismissed();
  refused.mock.restore();
  assert.strictEqual((await staykit.decisions()).length, 1, 'it is still open');
  staykit.noted(1);
  await new Promise((done) => setTimeout(done, 20));
  assert.strictEqual(told.length, 1);
  told[0].dismissed();
  assert.deepStrictEqual(await staykit.decisions(), []);
  await staykit.close();
});

test('what is handed over with another type is refused by a promise, with the same kind of error', async () => {
  const staykit = start(app());
  await staykit.ready();
  const calls = [
    () => staykit.activatePack('pack'),
    () => staykit.activatePack(new Uint8Array(4)),
    () => staykit.activatePack(null),
    () => staykit.export(5),
    () => staykit.export(undefined),
    () => staykit.setConsent({ record: true, guide: 'yes', upload: 1 }),
    () => staykit.setConsent(null),
    () => staykit.nextActions('next_screen', 'many'),
    () => staykit.nextActions(null, 1),
    () => staykit.explain(null),
    () => staykit.explain(Why.table('family', 'x')),
    () => staykit.explain(Why.signal(5), 6),
  ];
  for (const call of calls) await assert.rejects(call, { name: 'StaykitError' }, call.toString());
  assert.strictEqual(staykit.setFacts(null).refusal, Refusal.ENCODING);
  assert.strictEqual(staykit.unsetFacts(null).refusal, Refusal.ENCODING);
  assert.strictEqual(staykit.record('tap').sequence, 1);
  await staykit.close();
});

test('a buffer that was given away is refused, and harms nobody', async () => {
  const staykit = start(app());
  await staykit.ready();
  const { handle } = staykit;
  const gone = () => {
    const buffer = new Uint8Array([1, 1, 65]).buffer;
    structuredClone(buffer, { transfer: [buffer] });
    return buffer;
  };
  assert.strictEqual(native.record(handle, gone(), 3), -1);
  assert.strictEqual(native.setFacts(handle, gone(), 3), -1);
  await assert.rejects(staykit.activatePack(gone()), { refusal: Refusal.OTHER });
  await assert.rejects(native.unlock(handle, gone()));
  await assert.rejects(native.finishUpload(handle, gone(), { status: 200, body: gone() }));
  const pack = new Uint8Array(100_000).fill(7).buffer;
  const refused = staykit.activatePack(pack);
  structuredClone(pack, { transfer: [pack] });
  await assert.rejects(refused, { refusal: Refusal.OTHER }, 'given away while it was read');
  assert.strictEqual(staykit.record('tap').sequence, 1);
  await staykit.close();
});

test('lone surrogates in names, facts, screens and paths are no way out of the language', async () => {
  const context = app();
  const staykit = start(context);
  await staykit.ready();
  assert.strictEqual(staykit.setFacts(Properties.of().text('place\udc00', '\ud800')).isRecorded, true);
  assert.strictEqual(staykit.unsetFacts('place\udc00').isRecorded, true);
  staykit.screen('\ud83d');
  await assert.rejects(staykit.explain(Why.signal('\ud800')), { refusal: Refusal.UNKNOWN });
  assert.deepStrictEqual(await names(context, staykit), ['screen_enter']);
  await staykit.close();
  const other = start(context, { folder: `${context.filesDir}/\ud800` });
  await other.ready();
  await other.close();
});

test('threads that call while the engine is closed are answered, all of them', async () => {
  const context = app();
  const staykit = start(context);
  await staykit.ready();
  const code = `
    const { workerData, parentPort } = require('node:worker_threads');
    const { Staykit } = require(workerData.facade);
    const staykit = Staykit.attach(workerData.handle);
    staykit.ready().then(async () => {
      parentPort.postMessage('begun');
      let answers = 0;
      for (;;) {
        const settled = await Promise.allSettled([staykit.flush(), staykit.status(), staykit.decisions(), staykit.understanding()]);
        answers += settled.length;
        if (settled.every((one) => one.reason?.name === 'StaykitError')) break;
      }
      const { refusal } = staykit.record('tap');
      await staykit.close();
      parentPort.postMessage({ answers, refusal });
    });`;
  const workers = Array.from({ length: 4 }, () => {
    const workerData = { facade: path.join(__dirname, 'facade.js'), handle: staykit.handle };
    return new Worker(code, { eval: true, workerData });
  });
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const ended = Promise.all(workers.map((worker) => once(worker, 'message')));
  await staykit.close();
  for (const [{ answers, refusal }] of await ended) {
    assert.ok(answers >= 4);
    assert.strictEqual(refusal, Refusal.CLOSED);
  }
});
