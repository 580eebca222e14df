// What is written to the system's log, when everything fails that can: nothing of what the person did or the app said.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { once } = require('node:events');
const { Consent, Properties, Staykit, Why, app, device, native, start, until } = require('./facade.js');
const { UIContext, WindowStage, uiObserver } = require('./kits/ArkUI.js');

const SOURCES = ['staykit', 'staykit-ui'].map((name) => path.join(__dirname, '..', name));
/** In all that follows, what is the person's or the app's own bears this. */
const SECRET = /secret|geheim|\/tmp|127\.0\.0\.1|pk_live|1990|[0-9a-f]{32}/i;

/** A server that redirects, then refuses. */
async function unwilling() {
  let requests = 0;
  const server = http.createServer((request, response) => {
    requests += 1;
    request.resume();
    const [status, headers] = requests === 1 ? [307, { location: '/secret' }] : [401, {}];
    response.writeHead(status, headers).end('secret answer');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return { address: `http://127.0.0.1:${server.address().port}/secret_path`, stop: () => server.close() };
}

/** Each way in which a start can go wrong before the store is open. */
async function badStarts(context) {
  device.isFull = true;
  device.huks.failWith = 12000004;
  const locked = start(context, { folder: `${context.filesDir}/secret_locked` });
  locked.record('secret_event', Properties.of().text('secret_name', 'secret text'));
  await locked.ready().catch(() => {});
  await locked.close();
  device.huks.failWith = 0;
  fs.writeFileSync(`${context.filesDir}/secret_file`, 'secret');
  const nowhere = start(context, { folder: `${context.filesDir}/secret_file/store` });
  await assert.rejects(nowhere.ready());
  await nowhere.close();
  device.isFull = false;
}

/** A life in which whatever can be refused is. */
async function hardLife(context, server) {
  const staykit = start(context, {
    folder: `${context.filesDir}/secret_store`,
    endpoint: server.address,
    writeKey: 'pk_live_secret',
    signedPack: new TextEncoder().encode('secret pack').buffer,
    captureLifecycle: true,
    capturePages: true,
    autoUpload: true,
    refuseUnknownNames: true,
  });
  staykit.onDecision(() => { throw new Error('secret of the listener'); });
  staykit.setFacts(Properties.of().text('secret_fact', 'secret value').unset(5));
  const ui = new UIContext(context);
  const stage = new WindowStage(ui);
  context.windowActive(stage);
  context.windowActive({ getMainWindowSync: () => { throw new Error('secret window'); } });
  ui.observer.tell('routerPageUpdate', { path: 'secret/', name: 'Page', state: uiObserver.RouterPageState.ON_PAGE_SHOW });
  staykit.screen('secret_screen');
  await staykit.ready();
  assert.notStrictEqual(staykit.record('secret_event', Properties.of().text('p', 'secret'.repeat(1_000))).why, '');
  assert.notStrictEqual(staykit.record('purchase', Properties.of().text('amount', 'secret')).why, '');
  staykit.record('payment_failed', Properties.of().money('amount', 1990, 'CNY').text('item', 'secret-21'));
  const [decision] = await staykit.decisions();
  decision.clicked();
  decision.clicked();
  for (const _ of [1, 2, 3]) await staykit.upload();
  context.foreground();
  context.background();
  device.network.failWith = 2300028;
  context.foreground();
  await assert.rejects(staykit.export('/secret/export.jsonl'));
  await assert.rejects(staykit.activatePack(new TextEncoder().encode('secret').buffer));
  await staykit.explain(Why.notShown('secret_campaign')).catch(() => {});
  await staykit.setConsent(Consent.none());
  await until(() => device.suspended.size === 0, 'the time in the background is over');
  native.provokeAt(2);
  staykit.record('secret_event', Properties.of().text('secret', 'secret'));
  decision.shown();
  context.foreground();
  context.background();
  await staykit.upload().catch(() => {});
  await staykit.close();
  staykit.record('secret_event');
}

test('whatever fails, no line holds anything of the person or the app', async () => {
  const server = await unwilling();
  const context = app();
  await badStarts(context);
  await hardLife(context, server);
  assert.deepStrictEqual(device.lines.filter((line) => SECRET.test(line)), []);
  const told = new Set(device.lines.map((line) => line.replace(/^\w+ Staykit %\{public\}s: %\{public\}s (\D*?)[-\d]*$/, '$1')));
  assert.ok(told.size >= 10, `what failed was told: ${[...told].join('\n')}`);
  assert.strictEqual(Staykit.current, null);
  server.stop();
});

test('no line can: each is a constant with a number, a kind of error or words of the engine', () => {
  const details = [
    /^'[a-z ]+'$/, // a constant
    /^(\(?error( as Error\))?\.name|\(error as BusinessError\)\.code)$/, // a kind of error
    /^(errorOf\(error( as Error)?\)\.refusal|Refusal\.[A-Z_]+|answer|response\.responseCode)$/, // a number
    /^(errorOf\(error( as Error)?\)\.message|error\.message|refused)$/, // words of the engine's, or of the vault's own
  ];
  const seen = new Map();
  for (const folder of SOURCES) {
    for (const name of fs.readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.ets'))) {
      const text = fs.readFileSync(path.join(folder, name), 'utf8');
      if (path.basename(name) !== 'Log.ets') assert.doesNotMatch(text, /\bhilog\b|\bconsole\./, name);
      const calls = text.match(/\bLog\.(info|warn)\(/g) ?? [];
      const known = [...text.matchAll(/\bLog\.(?:info|warn)\(\s*'([^'$]+)',\s*([^;]+?),?\s*\);/g)];
      assert.strictEqual(known.length, calls.length, `${name}: a line whose words are not a constant`);
      for (const [, words, detail] of known) {
        assert.ok(details.some((form) => form.test(detail)), `${name}: ${words}: ${detail}`);
        seen.set(`${name}: ${words}`, detail);
      }
    }
  }
  assert.ok(seen.size > 25, `${seen.size}`);
});
