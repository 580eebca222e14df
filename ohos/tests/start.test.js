// Starting, waiting, closing, coming again.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const { Worker } = require('node:worker_threads');
const { Consent, Properties, Refusal, Staykit, Storage, Why, app, device, native, start, until } = require('./facade.js');

async function events(context, staykit) {
  const file = `${context.filesDir}/export.jsonl`;
  await staykit.export(file);
  return fs.readFileSync(file, 'utf8').trim().split('\n').slice(1).map((line) => JSON.parse(line));
}

test('what is recorded before the store is open waits in order, with its times', async () => {
  const context = app();
  device.huks.delayMs = 150;
  const began = Date.now();
  const staykit = start(context);
  const first = staykit.record('first');
  assert.deepStrictEqual([first.isRecorded, first.sequence, first.isInMemoryOnly], [true, 0, true]);
  await new Promise((done) => setTimeout(done, 100));
  staykit.record('second', Properties.of().text('screen', 'home'));
  assert.strictEqual(staykit.handle, 0);
  await staykit.ready();
  assert.ok(Date.now() - began > 300, 'the vault answered late');
  assert.strictEqual(staykit.record('third').sequence, 3);
  const found = await events(context, staykit);
  assert.deepStrictEqual(found.map((event) => event.name), ['first', 'second', 'third']);
  const at = found.map((event) => event.wall_ms ?? event.at_ms ?? event.at);
  assert.ok(at[1] - at[0] >= 80 && at[1] - at[0] < 250, `${at}`);
  assert.ok(Math.abs(at[0] - began) < 60, `${at[0] - began}`);
  await staykit.close();
});

test('at most 1,000 entries wait, and no more than 1 MiB', async () => {
  const staykit = start(app());
  let taken = 0;
  for (let i = 0; i < 1_200; i++) taken += staykit.record('tap').isRecorded ? 1 : 0;
  assert.strictEqual(taken, 1_000);
  assert.strictEqual(staykit.record('tap').refusal, Refusal.MEMORY_FULL);
  await staykit.ready();
  assert.strictEqual(staykit.record('tap').isRecorded, true);
  await staykit.close();
  const other = start(app());
  const large = Properties.of();
  for (let i = 0; i < 8; i++) large.text(`p${i}`, 'x'.repeat(4_000));
  taken = 0;
  for (let i = 0; i < 100; i++) taken += other.record('a', large).isRecorded ? 1 : 0;
  assert.ok(taken > 25 && taken < 35, `${taken}`);
  await other.close();
});

test('consent said before the store is open holds for what comes after it, and not for what came before', async () => {
  const context = app();
  const staykit = start(context, { consent: Consent.none() });
  staykit.record('before');
  const said = staykit.setConsent(Consent.all());
  staykit.record('after');
  await said;
  assert.deepStrictEqual((await events(context, staykit)).map((event) => event.name), ['after']);
  await staykit.close();
});

test('started twice it is the same, and two folders are two', async () => {
  const context = app();
  const staykit = start(context);
  assert.strictEqual(start(context), staykit);
  const other = start(context, { folder: `${context.filesDir}/other` });
  assert.notStrictEqual(other, staykit);
  assert.strictEqual(Staykit.current, staykit);
  await Promise.all([staykit.ready(), other.ready()]);
  assert.notStrictEqual(staykit.handle, other.handle);
  await staykit.close();
  assert.strictEqual(Staykit.current, other);
  await other.close();
  assert.strictEqual(Staykit.current, null);
});

test('after close every call is refused, closing again is not, and it can be started again', async () => {
  const context = app();
  const staykit = start(context);
  staykit.record('payment_failed', Properties.of().money('amount', 1, 'CNY'));
  const [decision] = await staykit.decisions();
  await staykit.close();
  await staykit.close();
  assert.strictEqual(staykit.record('a').refusal, Refusal.CLOSED);
  assert.strictEqual(staykit.setFacts(Properties.of().flag('a', true)).refusal, Refusal.CLOSED);
  decision.clicked();
  const calls = ['ready', 'decisions', 'status', 'upload', 'flush', 'erase', 'consent'].map((name) => staykit[name]());
  calls.push(staykit.explain(Why.signal('a')), staykit.export('/nowhere'), staykit.setConsent(Consent.all()));
  for (const call of calls) await assert.rejects(call, { name: 'StaykitError', refusal: Refusal.CLOSED });
  const again = start(context);
  assert.notStrictEqual(again, staykit);
  const open = await again.decisions();
  assert.deepStrictEqual(open.map((one) => one.id), [decision.id], 'what was not answered comes again');
  const status = await again.status();
  assert.strictEqual(status.recorded, 1);
  assert.deepStrictEqual([status.storage, status.isDamaged, status.refused], [Storage.SOUND, false, 0]);
  assert.ok(status.byteBudget > 1_000_000 && status.fileBytes < status.byteBudget);
  await again.close();
});

test('closed while it opens, what was recorded is there the next time', async () => {
  const context = app();
  device.huks.delayMs = 30;
  const staykit = start(context);
  staykit.record('early');
  await staykit.close();
  const again = start(context);
  assert.deepStrictEqual((await events(context, again)).map((event) => event.name), ['early']);
  await again.close();
});

test('started again while the one before still opens, or syncs, each has the store in its turn', async () => {
  const context = app();
  device.huks.delayMs = 30;
  const first = start(context);
  first.record('first');
  const ended = first.close();
  const second = start(context);
  second.record('second');
  second.close();
  const third = start(context);
  assert.strictEqual(third.record('third').isInMemoryOnly, true);
  await third.ready();
  await ended;
  assert.strictEqual(third.record('fourth').sequence, 4);
  const closed = third.close();
  const last = start(context);
  const names = (await events(context, last)).map((event) => event.name);
  assert.deepStrictEqual(names, ['first', 'second', 'third', 'fourth']);
  await closed;
  await last.close();
});

test('whoever closes again waits until it is synced, and nothing is opened only to be closed', async (t) => {
  const context = app();
  const staykit = start(context);
  await staykit.ready();
  const close = native.close;
  let isSynced = false;
  t.mock.method(native, 'close', async (handle) => {
    await new Promise((done) => setTimeout(done, 50));
    await close(handle);
    isSynced = true;
  });
  staykit.close();
  assert.strictEqual(staykit.record('late').refusal, Refusal.CLOSED);
  await staykit.close();
  assert.strictEqual(isSynced, true);
  t.mock.restoreAll();

  fs.writeFileSync(`${context.filesDir}/locked`, '');
  const without = start(context, { folder: `${context.filesDir}/locked/staykit` });
  await assert.rejects(without.ready(), { name: 'StaykitError' });
  const open = t.mock.method(native, 'open');
  await without.close();
  await assert.rejects(without.ready(), { refusal: Refusal.CLOSED });
  assert.strictEqual(open.mock.callCount(), 0);
});

test('a pack that nobody trusted has signed is refused, and the one before goes on', async () => {
  const staykit = start(app());
  const before = await staykit.status();
  for (const bytes of [new ArrayBuffer(0), new Uint8Array(500).fill(10).buffer]) {
    await assert.rejects(staykit.activatePack(bytes), { name: 'StaykitError', refusal: Refusal.OTHER });
  }
  const after = await staykit.status();
  assert.deepStrictEqual([after.pack, after.packVersion], [before.pack, before.packVersion]);
  await staykit.close();
});

/** A compiled pack as an operator signs it, and the public key: `SignedPack` of `proto/staykit/v1/pack.proto`. */
function signedPack(name) {
  const pack = fs.readFileSync(path.join(__dirname, '..', '..', 'core', 'src', 'pack', 'builtin', `${name}.pack`));
  const { publicKey, privateKey } = crypto.generateKeyPairSync('ed25519');
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const length = (bytes) => {
    const out = [];
    let rest = bytes.length;
    for (; rest > 127; rest >>= 7) out.push((rest & 127) | 128);
    return [...out, rest];
  };
  const field = (number, bytes) => Buffer.concat([Buffer.from([(number << 3) | 2, ...length(bytes)]), bytes]);
  const keyId = crypto.createHash('sha256').update(key).digest().subarray(0, 8);
  const sign = (bytes) => {
    const signature = crypto.sign(null, Buffer.concat([Buffer.from('staykit.pack.v1\0'), bytes]), privateKey);
    return new Uint8Array(Buffer.concat([field(1, bytes), field(2, keyId), field(3, signature)])).buffer;
  };
  return { signed: sign(pack), key: new Uint8Array(key).buffer, pack, sign };
}

test('a pack that a trusted key signed is gone on under, at once or from the start', async () => {
  const { signed, key } = signedPack('shop');
  const context = app();
  const staykit = start(context, { trustedKeys: [new ArrayBuffer(32), key] });
  await staykit.ready();
  staykit.record('open');
  assert.strictEqual((await staykit.status()).pack, 'retention');
  await staykit.activatePack(signed);
  assert.strictEqual((await staykit.status()).pack, 'shop');
  assert.strictEqual(staykit.record('tap').isRecorded, true);
  const broken = new Uint8Array(signed.slice());
  broken[100] ^= 1;
  const others = signedPack('watch').signed;
  for (const bytes of [broken.buffer, others]) {
    await assert.rejects(staykit.activatePack(bytes), { name: 'StaykitError', refusal: Refusal.OTHER });
  }
  assert.strictEqual((await staykit.status()).pack, 'shop');
  await staykit.close();
  const again = start(context, { trustedKeys: [key], signedPack: signed });
  assert.strictEqual((await again.status()).pack, 'shop');
  await again.close();
});

/** The field `format` again, which only a later release reads: what stands last counts. */
const later = (pack) => Buffer.concat([pack, Buffer.from([0x08, 0xff, 0x01])]);

test('a pack of the configuration that is refused keeps nothing from being recorded, and is told of', async () => {
  const { signed, key, pack, sign } = signedPack('shop');
  const flipped = new Uint8Array(signed.slice());
  flipped[100] ^= 1;
  const refusals = [
    [{ signedPack: signed, trustedKeys: [] }, 'retention'],
    [{ signedPack: signed, trustedKeys: [new ArrayBuffer(31)], pack: 'watch' }, 'watch'],
    [{ signedPack: flipped.buffer, trustedKeys: [key], pack: 'phone' }, 'phone'],
    [{ signedPack: signed.slice(0, 200), trustedKeys: [key] }, 'retention'],
    [{ signedPack: new ArrayBuffer(0), trustedKeys: [key] }, 'retention'],
    [{ signedPack: sign(later(pack)), trustedKeys: [key], pack: 'fitness' }, 'fitness'],
    [{ pack: 'retentoin' }, 'retention'],
  ];
  for (const [config, name] of refusals) {
    const context = app();
    const staykit = start(context, config);
    staykit.record('early');
    await staykit.ready();
    assert.strictEqual(staykit.record('tap').sequence, 2);
    const status = await staykit.status();
    assert.deepStrictEqual([status.pack, status.recorded, status.isUnlocked], [name, 2, true]);
    assert.ok(typeof status.packRefused === 'string' && status.packRefused.length > 10, `${status.packRefused}`);
    const lines = device.lines.filter((line) => line.includes('the pack of the configuration'));
    assert.deepStrictEqual(lines.length, 1);
    assert.ok(lines[0].endsWith(status.packRefused), lines[0]);
    await staykit.close();
  }
});

test('a refused pack is not told of any more once another has taken its place, and a sound one never', async () => {
  const { signed, key } = signedPack('shop');
  const other = signedPack('watch');
  const context = app();
  const staykit = start(context, { signedPack: other.signed, trustedKeys: [key] });
  const { packRefused } = await staykit.status();
  await assert.rejects(staykit.activatePack(other.signed), { name: 'StaykitError', refusal: Refusal.OTHER, message: packRefused });
  assert.strictEqual((await staykit.status()).packRefused, packRefused);
  await staykit.activatePack(signed);
  assert.deepStrictEqual([(await staykit.status()).pack, (await staykit.status()).packRefused], ['shop', null]);
  await staykit.close();
  for (const config of [{}, { pack: 'shop' }, { signedPack: signed, trustedKeys: [key] }]) {
    const sound = start(context, config);
    assert.strictEqual((await sound.status()).packRefused, null);
    await sound.close();
  }
});

test('what the thread that started it has closed is refused to every other, and nothing is thrown', async () => {
  const staykit = start(app());
  await staykit.ready();
  const attached = Staykit.attach(staykit.handle);
  await attached.ready();
  await staykit.close();
  const receipt = attached.record('tap', Properties.of().text('screen', 5));
  assert.deepStrictEqual([receipt.refusal, receipt.why.length > 0], [Refusal.ENCODING, true]);
  const later = attached.record('n'.repeat(65));
  assert.deepStrictEqual([later.refusal, later.why.length > 0], [Refusal.CLOSED, true]);
  attached.onForeground();
  attached.onBackground();
  await assert.rejects(attached.decisions(), { name: 'StaykitError', refusal: Refusal.CLOSED });
  await attached.close();
});

test('a process that is killed loses nothing that was recorded', async () => {
  const context = app();
  const script = `
    const { app, start, device } = require(${JSON.stringify(path.join(__dirname, 'facade.js'))});
    const context = app();
    context.filesDir = ${JSON.stringify(context.filesDir)};
    const staykit = start(context);
    staykit.ready().then(() => {
      for (let i = 0; i < 100; i++) staykit.record('tap');
      const [[alias, item]] = device.huks.keys;
      require('node:fs').writeSync(1, JSON.stringify([alias, item.key.toString('hex'), item.purpose]));
      process.kill(process.pid, 'SIGKILL');
    });`;
  const { signal, stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  assert.strictEqual(signal, 'SIGKILL');
  const [alias, key, purpose] = JSON.parse(stdout);
  device.huks.keys.set(alias, { key: Buffer.from(key, 'hex'), purpose });
  const staykit = start(context);
  assert.strictEqual((await staykit.status()).recorded, 100);
  await staykit.close();
});

test('eight workers record into one engine', async () => {
  const context = app();
  const staykit = start(context);
  await staykit.ready();
  const code = `
    const { workerData, parentPort } = require('node:worker_threads');
    const { Staykit, Properties } = require(workerData.facade);
    const staykit = Staykit.attach(workerData.handle);
    staykit.ready().then(async () => {
      const seen = new Set();
      for (let i = 0; i < 250; i++) {
        const receipt = staykit.record('tap', Properties.of().integer('cell', i).text('screen', 'worker ' + workerData.number));
        if (receipt.isRecorded) seen.add(receipt.sequence);
      }
      await staykit.close();
      parentPort.postMessage([...seen]);
    });`;
  const run = (number) =>
    new Promise((done, failed) => {
      const workerData = { facade: path.join(__dirname, 'facade.js'), handle: staykit.handle, number };
      const worker = new Worker(code, { eval: true, workerData });
      worker.on('message', done);
      worker.on('error', failed);
    });
  const sequences = (await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(run))).flat();
  assert.strictEqual(new Set(sequences).size, 2_000);
  assert.strictEqual(staykit.record('tap').sequence, 2_001, 'a worker that closes ends nothing but itself');
  await staykit.close();
});

test('a worker that is stopped in the middle of its calls harms nobody', async () => {
  const context = app();
  const staykit = start(context);
  await staykit.ready();
  const code = `
    const { workerData, parentPort } = require('node:worker_threads');
    const { Staykit } = require(workerData.facade);
    const staykit = Staykit.attach(workerData.handle);
    staykit.ready().then(() => {
      parentPort.postMessage('begun');
      for (;;) {
        staykit.record('tap');
        staykit.flush().catch(() => {});
        staykit.status().catch(() => {});
      }
    });`;
  const workerData = { facade: path.join(__dirname, 'facade.js'), handle: staykit.handle };
  for (let i = 0; i < 4; i++) {
    const worker = new Worker(code, { eval: true, workerData });
    await once(worker, 'message');
    await new Promise((done) => setTimeout(done, 20));
    await worker.terminate();
  }
  const { sequence } = staykit.record('tap');
  assert.ok(sequence > 4, `${sequence}`);
  assert.strictEqual((await staykit.status()).lastSequence, sequence);
  await staykit.close();
});

test('a folder that cannot be had is tried again when the app comes to the foreground', async () => {
  const context = app();
  fs.writeFileSync(`${context.filesDir}/locked`, '');
  const staykit = start(context, { folder: `${context.filesDir}/locked/staykit`, captureLifecycle: true });
  staykit.record('early');
  await assert.rejects(staykit.ready(), { name: 'StaykitError' });
  assert.strictEqual(staykit.record('meanwhile').isInMemoryOnly, true);
  fs.unlinkSync(`${context.filesDir}/locked`);
  context.foreground();
  await until(() => staykit.handle !== 0, 'the store is open');
  const names = (await events(context, staykit)).map((event) => event.name);
  assert.deepStrictEqual(names, ['early', 'meanwhile', 'foreground', 'open']);
  await staykit.close();
});

test('while another process of the app holds the store, what is recorded waits', async () => {
  const context = app();
  const script = `
    const { app, start } = require(${JSON.stringify(path.join(__dirname, 'facade.js'))});
    const context = app();
    context.filesDir = ${JSON.stringify(context.filesDir)};
    const staykit = start(context, { consent: undefined });
    staykit.ready().then(() => process.stdout.write('open'));
    process.stdin.on('end', () => staykit.close());
    process.stdin.resume();`;
  device.huks.keys.clear();
  const other = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(other.stdout, 'data');
  const staykit = start(context);
  staykit.record('early');
  await assert.rejects(staykit.ready(), { name: 'StaykitError', refusal: Refusal.STORE });
  other.stdin.end();
  await once(other, 'exit');
  await until(() => staykit.handle !== 0, 'it is tried again by itself');
  await staykit.close();
});
