// The main job, on the real engine, against the real collector.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const { execFileSync } = require('node:child_process');
const { once } = require('node:events');
const { Consent, Properties, Refusal, Why, app, collector, device, native, start, until } = require('./facade.js');
const { UIContext } = require('./kits/ArkUI.js');
const { StaykitUi } = require('@staykit/staykit-ui');

const FAILED = () => Properties.of().money('amount', 1990, 'CNY').text('item', 'strap-21');

test('what is recorded, shown, clicked and sent is what the collector is asked back', async () => {
  const server = await collector('--key', 'pk_live');
  const staykit = start(app(), { endpoint: server.address, writeKey: 'pk_live' });
  const told = [];
  staykit.onDecision((decision) => told.push(decision));
  await staykit.ready();
  const receipt = staykit.record('payment_failed', FAILED());
  assert.deepStrictEqual([receipt.isRecorded, receipt.sequence, receipt.isInMemoryOnly], [true, 1, false]);
  await until(() => told.length === 1, 'a decision');

  const ui = new UIContext();
  const followed = [];
  StaykitUi.show(ui, told[0], (action) => followed.push(action));
  ui.dialogs[0].content.tree.find('staykit_open').click();
  assert.deepStrictEqual(followed, ['app://checkout/payment']);
  assert.strictEqual(told[0].campaign, 'payment_help');
  assert.match(await staykit.explain(Why.decision(told[0].id)), /^payment_help /);
  assert.match(await staykit.explain(Why.decision(told[0].id), 'zh-Hans'), /[\u4e00-\u9fff]/);
  assert.deepStrictEqual(await staykit.decisions(), []);

  const delivered = await staykit.upload();
  assert.deepStrictEqual(delivered, { events: 3, batches: 1, isDone: true });
  const { events, gaps, duplicates_refused } = await server.summary();
  assert.deepStrictEqual([events, gaps, duplicates_refused], [3, 0, 0]);
  const query = 'SELECT name, amount_minor, currency, properties FROM events ORDER BY seq';
  const script = 'import sqlite3,sys,json;print(json.dumps(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall()))';
  const rows = JSON.parse(execFileSync('python3', ['-c', script, server.database, query]));
  assert.deepStrictEqual(rows.map(([name]) => name), ['payment_failed', 'guidance_shown', 'guidance_clicked']);
  assert.deepStrictEqual(rows[0].slice(1), [1990, 'CNY', '{"item":"strap-21"}']);
  await staykit.close();
  server.stop();
});

test('a batch whose answer was lost is sent again and counted once', async () => {
  const server = await collector('--lose-every', '1');
  const context = app();
  const staykit = start(context, { endpoint: server.address });
  staykit.record('search', Properties.of().text('query', 'straps'));
  const delivered = await staykit.upload();
  assert.strictEqual(delivered.isDone, false);
  assert.strictEqual((await server.summary()).events, 1);
  assert.strictEqual((await staykit.upload()).events, 0, 'within the pause nothing is sent');
  assert.strictEqual(device.network.open, 0, 'every request was let go');
  await staykit.close();
  server.stop();
});

test('a pause that the server asked another for is not taken for the end: something waits, and nothing is done', async () => {
  const server = await collector();
  const staykit = start(app(), { endpoint: server.address });
  staykit.record('open');
  await staykit.ready();
  const { id } = await native.nextUpload(staykit.handle);
  await native.finishUpload(staykit.handle, id, { status: 503, retryAfter: '60' });
  assert.deepStrictEqual(await staykit.upload(), { events: 0, batches: 0, isDone: false });
  assert.strictEqual(device.network.requests.length, 0);
  await staykit.setConsent(new Consent(true, true, false));
  assert.strictEqual((await staykit.upload()).isDone, true, 'without consent nothing is to be sent');
  await staykit.close();
  server.stop();
});

test('an upload that fails is told to whoever asked for it, and to nobody else', async (t) => {
  const server = await collector();
  const staykit = start(app(), { endpoint: server.address });
  staykit.record('open');
  await staykit.ready();
  const { nextUpload } = native;
  t.mock.method(native, 'nextUpload', async () => {
    t.mock.restoreAll();
    throw new Error('store: the disk failed');
  });
  const [first, second, third] = await Promise.allSettled([staykit.upload(), staykit.upload(), staykit.upload()]);
  assert.strictEqual(native.nextUpload, nextUpload);
  assert.deepStrictEqual([first.reason?.refusal, second.value?.events, third.value?.events], [Refusal.STORE, 1, 0]);
  await staykit.close();
  server.stop();
});

test('a request bears what the contract wants, and no more', async () => {
  const server = await collector();
  const certificatePins = ['A', 'B'].map((letter) => `${letter.repeat(43)}=`);
  const pinned = { certificatePins, certificatePinsEndAtMs: Date.now() + 60_000 };
  const staykit = start(app(), { endpoint: `${server.address}/`, writeKey: 'key-1', ...pinned });
  staykit.record('open');
  await staykit.upload();
  const { url, options } = device.network.requests.find(({ options: { method } }) => method === 'POST');
  assert.strictEqual(url, `${server.address}/v1/batches`);
  assert.deepStrictEqual(Object.keys(options.header).sort(), ['content-type', 'user-agent', 'x-staykit-key']);
  assert.strictEqual(options.header['content-type'], 'application/x-protobuf');
  assert.strictEqual(options.maxRedirects, 0);
  for (const request of device.network.requests) {
    assert.deepStrictEqual(request.options.certificatePinning.map((pin) => pin.publicKeyHash), certificatePins);
  }
  assert.strictEqual(device.network.requests.length, 2, 'the one that only asks for redirects too');
  await staykit.close();
  server.stop();
});

/** A server that redirects every request, or refuses it, and keeps what it was sent. */
async function redirecting(status, to, isProbed = true) {
  const got = [];
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const bytes = Buffer.concat(parts).length;
      got.push({ method: request.method, url: request.url, bytes, key: request.headers['x-staykit-key'] });
      const stays = to === null || (request.method === 'HEAD' && !isProbed);
      response.writeHead(stays ? 405 : status, stays ? {} : { location: to }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return { got, address: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

for (const sdkApiVersion of [12, 23]) {
  for (const status of [301, 307]) {
    test(`API ${sdkApiVersion}: an endpoint that redirects with ${status} gets no batch to another server`, async () => {
      const other = await redirecting(status, null);
      const server = await redirecting(status, `${other.address}/elsewhere`);
      const context = app();
      device.sdkApiVersion = sdkApiVersion;
      const staykit = start(context, { endpoint: server.address, writeKey: 'key-1' });
      staykit.record('search', Properties.of().text('query', 'straps'));
      assert.strictEqual((await staykit.upload()).isDone, false);
      assert.strictEqual((await staykit.upload()).isDone, false);
      const told = other.got.filter(({ method, bytes, key }) => method !== 'HEAD' || bytes > 0 || key !== undefined);
      assert.deepStrictEqual(told, [], 'no byte and no key');
      assert.strictEqual((await staykit.status()).waiting, 1, 'and nothing is lost');
      assert.strictEqual(device.network.open, 0);
      await staykit.close();
      server.stop();
      other.stop();
    });
  }
}

test('before API 23 a redirect of POST alone is noticed afterwards: the batch counts as not sent', async () => {
  const other = await redirecting(307, null);
  const server = await redirecting(307, `${other.address}/elsewhere`, false);
  const staykit = start(app(), { endpoint: server.address });
  staykit.record('open');
  assert.deepStrictEqual(await staykit.upload(), { events: 0, batches: 0, isDone: false });
  assert.deepStrictEqual(server.got.map(({ method }) => method), ['HEAD', 'POST']);
  assert.strictEqual(other.got.length, 1, 'what the README says of it');
  assert.strictEqual((await staykit.status()).waiting, 1);
  await staykit.close();
  server.stop();
  other.stop();
});

test('from API 23 on no request goes first; before, one, and once', async () => {
  for (const [sdkApiVersion, wanted] of [[12, ['HEAD', 'POST', 'POST']], [23, ['POST', 'POST']]]) {
    const server = await collector();
    const context = app();
    device.sdkApiVersion = sdkApiVersion;
    const staykit = start(context, { endpoint: server.address });
    for (const name of ['tap', 'open']) {
      staykit.record(name);
      assert.strictEqual((await staykit.upload()).events, 1);
    }
    assert.deepStrictEqual(device.network.requests.map(({ options }) => options.method), wanted);
    await staykit.close();
    server.stop();
  }
});

test('without a network, without an answer and with a wrong key nothing is lost', async () => {
  const server = await collector('--key', 'right');
  const staykit = start(app(), { endpoint: server.address, writeKey: 'wrong' });
  staykit.record('open');
  device.network.isThere = false;
  assert.deepStrictEqual(await staykit.upload(), { events: 0, batches: 0, isDone: false });
  assert.strictEqual(device.network.requests.length, 0, 'no attempt is made');
  device.network.isThere = true;
  assert.strictEqual((await staykit.upload()).isDone, false);
  assert.strictEqual((await server.summary()).events, 0);
  assert.strictEqual((await staykit.status()).waiting, 1);
  await staykit.close();
  server.stop();
});

test('an endpoint that is not secure is refused at the start', () => {
  for (const endpoint of ['http://collect.example.com', 'collect.example.com', 'https://', 'ftp://127.0.0.1']) {
    assert.throws(() => start(app(), { endpoint }), { name: 'StaykitError' });
  }
  assert.throws(() => start(app(), { endpoint: 'https://a.example', writeKey: 'a\r\nb' }), { name: 'StaykitError' });
});

test('without consent nothing is recorded, and withdrawing it erases everything', async () => {
  const staykit = start(app(), { consent: undefined });
  await staykit.ready();
  assert.strictEqual(staykit.record('open').refusal, Refusal.NO_CONSENT);
  await staykit.setConsent(Consent.all());
  assert.strictEqual(staykit.record('open').sequence, 1);
  const before = await staykit.status();
  await staykit.setConsent(Consent.none());
  const after = await staykit.status();
  assert.notStrictEqual(after.installation, before.installation);
  assert.deepStrictEqual([after.isUnlocked, after.recorded, (await staykit.consent()).record], [true, 0, false]);
  await staykit.close();
});

test('an export holds what was recorded, and an erasure leaves nothing of it', async () => {
  const context = app();
  const staykit = start(context);
  staykit.record('search', Properties.of().text('query', 'needle'));
  staykit.setFacts(Properties.of().text('member_level', 'gold'));
  const path = `${context.filesDir}/export.jsonl`;
  await staykit.export(path);
  const lines = fs.readFileSync(path, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  assert.match(JSON.stringify(lines), /needle/);
  assert.match(JSON.stringify(lines[0]), /gold/);
  const before = await staykit.status();
  await staykit.erase();
  const after = await staykit.status();
  assert.notStrictEqual(after.installation, before.installation);
  assert.deepStrictEqual([after.isUnlocked, after.recorded], [true, 0]);
  assert.strictEqual(staykit.record('open').isRecorded, true);
  await staykit.close();
});
