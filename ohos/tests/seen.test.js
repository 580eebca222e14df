// What is recorded by itself, and what is done when the app comes and goes.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const { Consent, Properties, Staykit, StaykitWorkAbility, app, collector, device, native, start, until } = require('./facade.js');
const { commonEventManager, publish, systemDateTime } = require('./kits/BasicServicesKit.js');
const { UIContext, WindowStage, uiObserver } = require('./kits/ArkUI.js');

async function events(context, staykit) {
  const file = `${context.filesDir}/export.jsonl`;
  await staykit.export(file);
  return fs.readFileSync(file, 'utf8').trim().split('\n').slice(1).map((line) => JSON.parse(line));
}

/** What is known about the person and the device. */
async function facts(context, staykit) {
  const file = `${context.filesDir}/facts.jsonl`;
  await staykit.export(file);
  return fs.readFileSync(file, 'utf8').split('\n')[0];
}

test('coming, going and coming back soon are one visit', async () => {
  const context = app();
  const staykit = start(context, { captureLifecycle: true });
  context.foreground();
  context.foreground();
  context.background();
  context.background();
  context.foreground();
  const names = (await events(context, staykit)).map((event) => event.name);
  assert.deepStrictEqual(names, ['foreground', 'open', 'background', 'foreground']);
  await staykit.close();
  context.background();
  assert.strictEqual(context.states.size + context.abilities.size, 0, 'it listens no more');
});

test('a start too late for the first foreground learns of it from the window', async () => {
  const context = app();
  const staykit = start(context, { captureLifecycle: true });
  context.windowActive(new WindowStage(new UIContext()));
  const names = (await events(context, staykit)).map((event) => event.name);
  assert.deepStrictEqual(names, ['foreground', 'open']);
  await staykit.close();
});

test('pages of the router and destinations of a Navigation are seen, with how long', async () => {
  const context = app();
  const staykit = start(context, { capturePages: true });
  const ui = new UIContext();
  const stage = new WindowStage(ui);
  context.windowActive(stage);
  context.windowActive(stage);
  const { ON_PAGE_SHOW, ON_PAGE_HIDE } = uiObserver.RouterPageState;
  ui.observer.tell('routerPageUpdate', { path: 'pages/', name: 'Home', state: ON_PAGE_SHOW });
  await new Promise((done) => setTimeout(done, 30));
  ui.observer.tell('routerPageUpdate', { path: 'pages/', name: 'Home', state: ON_PAGE_HIDE });
  ui.observer.tell('navDestinationUpdate', { name: 'Cart', state: uiObserver.NavDestinationState.ON_SHOWN });
  ui.observer.tell('navDestinationUpdate', { name: { id: 1 }, state: uiObserver.NavDestinationState.ON_SHOWN });
  const found = await events(context, staykit);
  assert.deepStrictEqual(found.map((event) => event.name), ['screen_enter', 'screen_leave', 'screen_enter']);
  assert.match(JSON.stringify(found[0]), /pages\/Home/);
  const [, duration] = /"duration_ms":\D*(\d+)/.exec(JSON.stringify(found[1]));
  assert.ok(Number(duration) >= 25 && Number(duration) < 1_000, duration);
  await staykit.close();
  assert.deepStrictEqual([...ui.observer.callbacks.values()].map((set) => set.size), [0, 0]);
});

test('a window without content does not harm the app', async () => {
  const context = app();
  const staykit = start(context, { capturePages: true });
  context.windowActive({ getMainWindowSync: () => { throw new Error('1300002'); } });
  await staykit.close();
});

test('going to the background syncs and sends within the time that the system gives', async () => {
  const server = await collector();
  const context = app();
  const staykit = start(context, { endpoint: server.address, autoUpload: true });
  await staykit.ready();
  context.foreground();
  staykit.record('tap');
  context.background();
  assert.strictEqual(device.suspended.size, 1);
  await until(async () => (await server.summary()).events === 1, 'the event is at the collector');
  await until(() => device.suspended.size === 0, 'the time is given back');
  await staykit.close();
  server.stop();
});

test('going to the background before the store is open, the system waits until it is', async () => {
  const context = app();
  device.huks.delayMs = 20;
  const staykit = start(context, { captureLifecycle: true });
  context.foreground();
  context.background();
  assert.deepStrictEqual([device.suspended.size, staykit.handle], [1, 0]);
  await until(() => device.suspended.size === 0, 'the time is given back');
  assert.notStrictEqual(staykit.handle, 0);
  const names = (await events(context, staykit)).map((event) => event.name);
  assert.deepStrictEqual(names, ['foreground', 'open', 'background']);
  await staykit.close();
});

test('another version of the app than at the last start is an update', async () => {
  const context = app();
  device.versionName = '2.4.0';
  const first = start(context, { captureLifecycle: true });
  await first.ready();
  await first.close();
  device.versionName = '2.5.0';
  const second = start(context, { captureLifecycle: true });
  const found = await events(context, second);
  assert.deepStrictEqual(found.map((event) => event.name), ['app_updated']);
  assert.match(JSON.stringify(found), /2\.5\.0/);
  await second.close();
  device.versionName = '2.4.0';
});

test('a disk on which nothing can be noted loses no update, and keeps nobody from starting', async () => {
  const context = app();
  const first = start(context, { captureLifecycle: true });
  await first.ready();
  await first.close();
  Object.assign(device, { versionName: '2.5.0', language: 'zh-Hans-CN', isFull: true });
  const second = start(context, { captureLifecycle: true });
  await second.ready();
  const found = await events(context, second);
  assert.deepStrictEqual(found.map((event) => event.name), ['app_updated', 'language_set']);
  await second.close();
  device.versionName = '2.4.0';
});

test('the work of the background sends, and is asked for as the system wants it', async () => {
  const server = await collector();
  const context = app();
  class Work extends StaykitWorkAbility {
    config() {
      return { endpoint: server.address, captureLifecycle: false };
    }
  }
  StaykitWorkAbility.schedule('com.example.app', 'Work');
  assert.strictEqual(device.works.length, 1);
  const staykit = start(context, { endpoint: server.address });
  staykit.record('tap');
  const work = new Work();
  work.context = context;
  work.onWorkStart(device.works[0]);
  await until(async () => (await server.summary()).events === 1, 'the event is at the collector');
  work.onWorkStop(device.works[0]);
  assert.strictEqual(staykit.record('tap').isRecorded, true, 'an app that runs goes on');
  await staykit.close();
  work.onWorkStart(device.works[0]);
  await until(async () => (await server.summary()).events === 2, 'the second event is at the collector');
  await until(() => Staykit.find(context, {}) === null, 'alone, it closes when it is done');
  server.stop();
});

test('a work that the system still has from the last start of the app, or has no room for, crashes nobody', () => {
  app();
  assert.strictEqual(StaykitWorkAbility.schedule('com.example.app', 'Work'), true);
  assert.strictEqual(StaykitWorkAbility.schedule('com.example.app', 'Work'), false);
  for (let id = 1; id < 10; id++) StaykitWorkAbility.schedule('com.example.app', 'Work', id);
  assert.strictEqual(StaykitWorkAbility.schedule('com.example.app', 'Work', 10), false);
  assert.strictEqual(device.works.length, 10);
});

test('packs may ask of the device: system, class, language, region and the version of the app', async () => {
  const context = app();
  Object.assign(device, { language: 'zh-Hans-CN', region: 'CN', sdkApiVersion: 15, deviceType: 'wearable' });
  const staykit = start(context);
  const head = await facts(context, staykit);
  for (const wanted of ['harmonyos', '15', 'watch', 'zh', 'CN', device.versionName]) assert.ok(head.includes(wanted), `${wanted} in ${head}`);
  device.deviceType = 'phone';
  await staykit.erase();
  assert.ok((await facts(context, staykit)).includes('harmonyos'), 'a new installation knows them again');
  await staykit.close();
});

test('packs may ask who installed the app, and when it was last updated: as the system says it, or not at all', async () => {
  const known = async (bundle) => {
    const context = app();
    Object.assign(device, bundle);
    const staykit = start(context);
    const { facts: found } = JSON.parse(await facts(context, staykit));
    await staykit.close();
    return [found.install_source, found.app_updated_at];
  };
  assert.deepStrictEqual(await known({ installSource: 'pre-installed', updateTime: 1_772_323_200_000 }), ['pre-installed', 1_772_323_200_000]);
  assert.deepStrictEqual(await known({ installSource: 'unknown', updateTime: 0 }), [undefined, undefined]);
  assert.deepStrictEqual(await known({ installSource: undefined, updateTime: 1 }), [undefined, undefined]);
});

test('without consent nothing is known of the device; once it is given, what the app says counts for more', async () => {
  const context = app();
  const staykit = start(context, { consent: undefined });
  await staykit.ready();
  assert.ok(!(await facts(context, staykit)).includes('harmonyos'));
  await staykit.setConsent(Consent.all());
  assert.ok((await facts(context, staykit)).includes('harmonyos'));
  await staykit.close();
  const again = start(context);
  assert.strictEqual(again.setFacts(Properties.of().text('region', 'FR')).isRecorded, true);
  await again.ready();
  const head = await facts(context, again);
  assert.ok(head.includes('"FR"') && !head.includes('"US"'), head);
  await again.close();
});

test('consent given on another thread leaves what is known of the app as it is', async () => {
  const context = app();
  const staykit = start(context);
  await staykit.ready();
  const attached = Staykit.attach(staykit.handle);
  await attached.setConsent(Consent.all());
  assert.ok((await facts(context, staykit)).includes(device.versionName));
  await attached.close();
  await staykit.close();
});

test('another language than at the last start is told, the first one is not', async () => {
  const context = app();
  for (const language of ['en-Latn-US', 'en-Latn-GB', 'zh-Hans-CN']) {
    device.language = language;
    const staykit = start(context, { captureLifecycle: true });
    await staykit.ready();
    await staykit.close();
  }
  const staykit = start(context);
  const found = await events(context, staykit);
  assert.deepStrictEqual(found.map((event) => event.name), ['language_set']);
  assert.match(JSON.stringify(found[0]), /"zh"/);
  await staykit.close();
});

/** The device is in that zone: the runtime asks again when it is set. */
function travel(t, zone) {
  process.env.TZ = zone;
  t.after(() => delete process.env.TZ);
}

const { COMMON_EVENT_TIME_CHANGED, COMMON_EVENT_TIMEZONE_CHANGED } = commonEventManager.Support;

test('a zone that changes while the app runs holds for the next event, and one that changed meanwhile from the foreground on', async (t) => {
  const context = app();
  travel(t, 'Asia/Shanghai');
  const staykit = start(context);
  await staykit.ready();
  staykit.record('first');
  travel(t, 'Asia/Tokyo');
  publish(COMMON_EVENT_TIMEZONE_CHANGED);
  staykit.record('second');
  context.foreground();
  context.background();
  travel(t, 'America/St_Johns');
  publish(COMMON_EVENT_TIMEZONE_CHANGED);
  staykit.record('third');
  context.foreground();
  staykit.record('fourth');
  const found = await events(context, staykit);
  const summer = -new Date().getTimezoneOffset();
  assert.deepStrictEqual(found.map((event) => event.offset_min), [480, 540, 540, summer]);
  await staykit.close();
});

test('a clock that is set brings what is due at once, and the changes of the zone from then on', async (t) => {
  const context = app();
  travel(t, 'Europe/Berlin');
  const staykit = start(context);
  await staykit.ready();
  const zones = [];
  const { setZone, tick } = native;
  t.mock.method(native, 'setZone', (handle, zone) => void zones.push(zone, setZone(handle, zone)));
  const ticks = t.mock.method(native, 'tick', (handle) => tick(handle));
  const summer = Date.UTC(2031, 5, 1);
  t.mock.method(Date, 'now', () => summer);
  publish(COMMON_EVENT_TIME_CHANGED);
  assert.strictEqual(ticks.mock.callCount(), 1);
  assert.deepStrictEqual(zones[0], { offsetMin: 120, nextAtMs: Date.UTC(2031, 9, 26, 1), nextOffsetMin: 60 });
  t.mock.restoreAll();
  await staykit.close();
});

test('a language chosen while the app runs is told at once and is a fact; other settings are nothing to it', async () => {
  const context = app();
  const staykit = start(context, { captureLifecycle: true });
  await staykit.ready();
  context.configure({ isDark: true });
  context.configure({ language: 'zh-Hans-CN' });
  context.configure({ language: 'zh-Hans-CN' });
  const found = await events(context, staykit);
  assert.deepStrictEqual(found.map((event) => event.name), ['language_set']);
  const { facts: known } = JSON.parse(await facts(context, staykit));
  assert.deepStrictEqual([known.language, known.locale], ['zh', 'zh']);
  await staykit.close();
  const again = start(context, { captureLifecycle: true });
  assert.strictEqual((await events(context, again)).length, 1, 'the next start knows it');
  await again.close();
});

test('once it is closed it listens to nothing, and a system that tells of nothing keeps nobody from starting', async () => {
  const context = app();
  const staykit = start(context);
  assert.deepStrictEqual([device.subscribers.size, context.environments.size], [1, 1]);
  await staykit.close();
  assert.deepStrictEqual([device.subscribers.size, context.environments.size], [0, 0]);
  device.toldEvents = false;
  const { on } = context;
  context.on = (type, callback) => {
    if (type === 'environment') throw new Error('16000050');
    return on.call(context, type, callback);
  };
  const other = start(context);
  await other.ready();
  context.foreground();
  assert.strictEqual(other.record('tap').isRecorded, true);
  await other.close();
});

test('a screen that the app names is left for the next, and when the app goes', async () => {
  const context = app();
  const staykit = start(context, { captureLifecycle: true });
  context.foreground();
  for (const screen of ['home', 'home', 'cart']) staykit.screen(screen);
  context.background();
  context.foreground();
  staykit.screen('cart');
  const found = (await events(context, staykit)).filter((event) => event.name.startsWith('screen_'));
  const told = found.map((event) => [event.name, /"(home|cart)"/.exec(JSON.stringify(event))[1]]);
  assert.deepStrictEqual(told, [
    ['screen_enter', 'home'], ['screen_leave', 'home'], ['screen_enter', 'cart'], ['screen_leave', 'cart'], ['screen_enter', 'cart'],
  ]);
  await staykit.close();
  staykit.screen('home');
});

test('half an hour away begins a visit by the clock that nobody can set', async (t) => {
  const context = app();
  const staykit = start(context, { captureLifecycle: true });
  await staykit.ready();
  const { getUptime } = systemDateTime;
  let later = 0;
  t.mock.method(systemDateTime, 'getUptime', () => getUptime() + later);
  context.foreground();
  context.background();
  t.mock.method(Date, 'now', () => 86_400_000 + new Date().getTime());
  context.foreground();
  context.background();
  t.mock.method(Date, 'now', () => new Date().getTime());
  later = 31 * 60_000;
  context.foreground();
  t.mock.restoreAll();
  const names = (await events(context, staykit)).map((event) => event.name);
  assert.deepStrictEqual(names, ['foreground', 'open', 'background', 'foreground', 'background', 'foreground', 'open']);
  await staykit.close();
});

test('a pause of just half an hour belongs to the visit, as the engine counts sessions; one longer begins another', async (t) => {
  const context = app();
  const staykit = start(context, { captureLifecycle: true });
  await staykit.ready();
  let at = 10_000_000;
  t.mock.method(systemDateTime, 'getUptime', () => at);
  const visits = [];
  for (const away of [0, 1_800_000, 1_800_001]) {
    at += away;
    const before = (await events(context, staykit)).length;
    context.foreground();
    visits.push((await events(context, staykit)).slice(before).map((event) => event.name));
    at += 60_000;
    context.background();
  }
  t.mock.restoreAll();
  assert.deepStrictEqual(visits, [['foreground', 'open'], ['foreground'], ['foreground', 'open']]);
  await staykit.close();
});
