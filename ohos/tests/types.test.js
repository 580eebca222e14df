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
