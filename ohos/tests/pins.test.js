// Pinned certificates, over TLS: who is sent to, who is not, and for how long.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const http = require('node:http');
const https = require('node:https');
const { once } = require('node:events');
const { Refusal, app, collector, device, start, until } = require('./facade.js');
const { certificate } = require('./certificate.js');

const RESERVE = certificate().pin;
const TOMORROW = () => Date.now() + 86_400_000;

/** A server that speaks TLS with this certificate before the collector, and counts the requests that came through. */
async function secured(own, server) {
  const front = { requests: 0 };
  const listener = https.createServer({ key: own.key, cert: own.cert }, (request, response) => {
    front.requests += 1;
    const { method, headers, url } = request;
    const behind = http.request(`${server.address}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    request.pipe(behind);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  listener.unref();
  front.address = `https://127.0.0.1:${listener.address().port}`;
  front.stop = () => listener.close();
  return front;
}

/** One event, sent over TLS under these pins: what came of it, and how many requests got through. */
async function sent({ own = certificate(), trusted = [own.cert], pins, endAtMs = TOMORROW(), apiVersion = 12, before = () => {} }) {
  const server = await collector();
  const front = await secured(own, server);
  const context = app();
  Object.assign(device, { sdkApiVersion: apiVersion });
  Object.assign(device.network, { trusted });
  const pinned = pins === undefined ? {} : { certificatePins: pins, certificatePinsEndAtMs: endAtMs };
  const staykit = start(context, { endpoint: front.address, ...pinned });
  staykit.record('tap');
  await staykit.ready();
  await before();
  const delivered = await staykit.upload();
  const found = { ...delivered, requests: front.requests, at: (await server.summary()).events, waiting: (await staykit.status()).waiting };
  await staykit.close();
  front.stop();
  server.stop();
  return found;
}

const ARRIVED = { events: 1, batches: 1, isDone: true, at: 1, waiting: 0 };
const KEPT = { events: 0, batches: 0, isDone: false, requests: 0, at: 0, waiting: 1 };

for (const apiVersion of [12, 23]) {
  test(`API ${apiVersion}: a server whose key is pinned gets what there is, whichever of the pins it has`, async () => {
    const own = certificate();
    for (const pins of [[own.pin, RESERVE], [RESERVE, own.pin]]) {
      const { requests, ...found } = await sent({ own, pins, apiVersion });
      assert.deepStrictEqual(found, ARRIVED);
      assert.strictEqual(requests, apiVersion < 23 ? 2 : 1);
    }
  });

  test(`API ${apiVersion}: a server that the system trusts, but with another key, gets not one request`, async () => {
    const others = [certificate().pin, RESERVE];
    assert.deepStrictEqual(await sent({ pins: others, apiVersion }), KEPT);
  });
}

test('a pinned key does not make a certificate good that the system does not trust', async () => {
  const own = certificate();
  assert.deepStrictEqual(await sent({ own, trusted: [], pins: [own.pin, RESERVE] }), KEPT);
});

test('without pins the system decides alone', async () => {
  assert.strictEqual((await sent({})).at, 1);
  assert.deepStrictEqual(await sent({ trusted: [] }), KEPT);
  assert.deepStrictEqual(await sent({ own: certificate('127.0.0.2') }), KEPT, 'and the name must be right');
});

test('when pins have ended, also while the app runs, any key that the system trusts is as good', async () => {
  const pins = [certificate().pin, RESERVE];
  const endAtMs = Date.now() + 1_500;
  const before = () => until(() => Date.now() >= endAtMs, 'the end');
  assert.strictEqual((await sent({ pins, endAtMs, before })).at, 1);
});

test('an end that has passed keeps nobody from starting, nor from sending', async () => {
  const pins = [certificate().pin, RESERVE];
  assert.strictEqual((await sent({ pins, endAtMs: Date.UTC(2020, 0) })).at, 1);
});

test('fewer than two pins, pins that are none, pins without an end or with one in seconds are refused at the start', () => {
  const own = certificate().pin;
  const wrong = [
    [[own], TOMORROW(), /at least two/],
    [[own, own], TOMORROW(), /at least two/],
    [[own, 'AAAA'], TOMORROW(), /44 characters/],
    [[own, null], TOMORROW(), /44 characters/],
    [[own, `sha256//${RESERVE}`], TOMORROW(), /44 characters/],
    [[own, RESERVE.replace('=', 'A')], TOMORROW(), /44 characters/],
    [[own, `${'-'.repeat(43)}=`], TOMORROW(), /44 characters/],
    [[own, RESERVE], undefined, /EndAtMs/],
    [[own, RESERVE], Infinity, /EndAtMs/],
    [[own, RESERVE], NaN, /EndAtMs/],
    [[own, RESERVE], 1_790_000_000, /milliseconds/],
    [[own, RESERVE], -1, /milliseconds/],
  ];
  for (const [certificatePins, certificatePinsEndAtMs, message] of wrong) {
    const given = { endpoint: 'https://collect.example.com', certificatePins, certificatePinsEndAtMs };
    assert.throws(() => start(app(), given), { name: 'StaykitError', refusal: Refusal.OTHER, message });
  }
});
