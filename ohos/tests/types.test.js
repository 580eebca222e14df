// What the native module gives has the types that index.d.ts promises to ArkTS, property by property.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Properties, app, native, start } = require('./facade.js');

const TYPES = path.join(__dirname, '..', '..', 'bindings', 'arkts', 'types', 'index.d.ts');
const text = fs.readFileSync(TYPES, 'utf8').replace(/\/\*.*?\*\//gs, '');
const interfaces = new Map(
  [...text.matchAll(/export interface (\w+) \{(.*?)\n\}/gs)].map(([, name, body]) => [
    name,
    [...body.matchAll(/^ {2}(\w+)(\??): (.*);$/gm)].map(([, property, optional, type]) => [property, optional === '?', type]),
  ])
);

/** Interfaces that a value was held to. */
const met = new Set();

/** Holds a value to a type as it is written there. */
function has(value, type, where) {
  if (type.includes(' | ')) {
    const fits = type.split(' | ').some((one) => typeof value === one || (one === 'null' && value === null));
    const named = type.split(' | ').find((one) => interfaces.has(one));
    if (!fits && named !== undefined && value !== null) has(value, named, where);
    else assert.ok(fits, `${where}: ${type}`);
  } else if (type.endsWith('[]')) {
    assert.ok(Array.isArray(value), where);
    value.forEach((one, i) => has(one, type.slice(0, -2), `${where}[${i}]`));
  } else if (type === 'ArrayBuffer') {
    assert.ok(value instanceof ArrayBuffer, where);
  } else if (interfaces.has(type)) {
    met.add(type);
    const properties = interfaces.get(type);
    const known = properties.map(([name]) => name);
    assert.deepStrictEqual(Object.keys(value).filter((name) => !known.includes(name)), [], where);
    for (const [name, isOptional, of] of properties) {
      if (!isOptional || value[name] !== undefined) has(value[name], of, `${where}.${name}`);
    }
  } else {
    assert.strictEqual(typeof value, type, where);
  }
}

/** What the call of that name is said to give. */
function given(name) {
  const [, type] = new RegExp(`export const ${name}: \\([^)]*\\) => (?:Promise<)?([^;>]+)>?;`, 's').exec(text);
  return type.trim();
}

test('every value that is told has the properties that its type names, and no others', async () => {
  const context = app();
  const staykit = start(context);
  await staykit.ready();
  const { handle } = staykit;
  staykit.record('open');
  for (const screen of ['home', 'cart', 'home', 'cart']) staykit.record('screen_enter', Properties.of().text('screen', screen));
  staykit.record('purchase', Properties.of().money('amount', 60_000, 'CNY'));
  // A payment that failed at the same moment would be one that then succeeded.
  await new Promise((done) => setTimeout(done, 5));
  staykit.record('payment_failed', Properties.of().money('amount', 1990, 'CNY'));
  const [buffer, draft] = [new Uint8Array([1, 1, 65]).buffer, 3];
  const told = {
    decisions: native.decisions(handle),
    nextActions: native.nextActions(handle, 'next_screen', 3),
    nextDue: native.nextDue(handle),
    explain: native.explain(handle, 'signal', 'going_quiet', 'en'),
    record: native.record(handle, buffer, draft),
    recordEarlier: native.recordEarlier(handle, buffer, draft, Date.now(), 1),
    whyRefused: native.whyRefused(handle, buffer, draft),
    tick: native.tick(handle),
    consent: await native.consent(handle),
    status: await native.status(handle),
    understanding: await native.understanding(handle),
    figures: await native.figures(handle),
    newKey: native.newKey(),
  };
  const upload = await native.nextUpload(handle);
  Object.assign(told, { nextUpload: upload });
  told.maintain = await native.maintain(handle, 1);
  told.finishUpload = await native.finishUpload(handle, upload.id, { status: 503 });
  for (const [name, value] of Object.entries(told)) has(value, given(name), name);
  assert.strictEqual(await native.nextUpload(handle), null, 'within the pause there is none');
  await staykit.close();
  const again = await native.open({
    folder: `${context.filesDir}/staykit`, appVersion: '', deviceClass: 0, trustedKeys: [], events: [], refuseUnknown: false, zone: { offsetMin: 0 },
  });
  has(again, given('open'), 'open');
  assert.ok(again.wrappedKey instanceof ArrayBuffer && again.locked);
  await native.close(again.handle);
  // Those that ArkTS hands over are not told.
  const handedOver = ['NativeAnswer', 'NativeSettings', 'NativeZone', 'NativeEvent', 'NativeProperty'];
  assert.deepStrictEqual([...interfaces.keys()].filter((name) => !met.has(name) && !handedOver.includes(name)), []);
});

/** What opens an engine, with every property that may be given. */
const settings = (folder) => ({
  folder,
  appVersion: '1',
  deviceClass: 1,
  consent: { record: true, guide: true, upload: true },
  builtin: 'retention',
  pack: new ArrayBuffer(8),
  trustedKeys: [new ArrayBuffer(32)],
  events: [{ name: 'own', priority: 2, properties: [{ name: 'size', type: 'integer' }] }],
  refuseUnknown: false,
  byteBudget: 4_000_000,
  ageLimitDays: 30,
  zone: { offsetMin: 60, nextAtMs: 1, nextOffsetMin: 120 },
});

/** The objects in a value that are of an interface, each with the interface's name. */
function objects(value, type) {
  const [one, isList] = type.endsWith('[]') ? [type.slice(0, -2), true] : [type, false];
  if (!interfaces.has(one)) return [];
  return (isList ? value : [value]).flatMap((object) => [
    [object, one],
    ...interfaces.get(one).flatMap(([name, , of]) => (object[name] === undefined ? [] : objects(object[name], of))),
  ]);
}

test('every property that a type of what is handed over names is read: one of another type is refused by its name', async () => {
  const folder = `${app().filesDir}/store`;
  const { handle } = await native.open(settings(folder));
  await native.unlockNew(handle, native.newKey(), new ArrayBuffer(1));
  const calls = [
    ['NativeSettings', () => settings(`${folder}2`), (given) => native.open(given)],
    ['NativeZone', () => settings(folder).zone, (given) => native.setZone(handle, given)],
    ['NativeConsent', () => settings(folder).consent, (given) => native.setConsent(handle, given)],
    ['NativeAnswer', () => ({ status: 503, retryAfter: '1', body: new ArrayBuffer(1) }), (given) => native.finishUpload(handle, new ArrayBuffer(16), given)],
  ];
  let tried = 0;
  for (const [type, given, call] of calls) {
    for (const [number, [, name]] of objects(given(), type).entries()) {
      const properties = interfaces.get(name);
      assert.deepStrictEqual(Object.keys(objects(given(), type)[number][0]).sort(), properties.map(([property]) => property).sort(), 'all are given');
      for (const [property, isOptional, of] of properties) {
        // Of what should be an object, the first of its own properties may be missed.
        const names = [property, ...(interfaces.get(of) ?? []).map(([inner]) => inner)];
        for (const wrong of [Symbol('wrong'), undefined]) {
          if (isOptional && wrong === undefined) continue;
          const value = given();
          objects(value, type)[number][0][property] = wrong;
          await assert.rejects(async () => call(value), ({ message }) => names.some((one) => message.includes(one)), `${name}.${property}`);
          tried += 1;
        }
      }
    }
  }
  assert.ok(tried > 35, `${tried}`);
  await native.close(handle);
});
