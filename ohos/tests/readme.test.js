// The READMEs' blocks, exactly as written, on the real engine and before the real collector.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const path = require('node:path');
const { Consent, Staykit, app, collector, device, until } = require('./facade.js');
const { UIContext, WindowStage } = require('./kits/ArkUI.js');
const { render } = require('./components.js');

const block = (name) => require(path.join(process.env.STAYKIT_JS, 'readme', `${name}.js`));

/** Sends to where the collector listens what is meant for the README's address. */
function sendingTo(t, address) {
  const begin = Staykit.start;
  t.mock.method(Staykit, 'start', (context, config) => {
    return begin.call(Staykit, context, config.endpoint === undefined ? config : { ...config, endpoint: address });
  });
}

test('five minutes: the app starts, a workout is recorded, a payment fails, help is shown, all of it arrives', async (t) => {
  const server = await collector();
  sendingTo(t, server.address);
  const context = app();
  const ability = new (block('README-1').default)();
  ability.context = context;
  ability.onCreate({}, { launchReason: 0 });
  const ui = new UIContext(context);
  const stage = new WindowStage(ui);
  ability.onWindowStageCreate(stage);
  assert.strictEqual(stage.page, 'pages/Index');
  context.foreground();
  const page = new (block('README-2').Index)();
  const tap = (words) => render(() => page.build()).all().find((node) => node.given?.[0] === words).click();
  tap('Workout finished');
  tap('Payment failed');
  await until(() => ui.dialogs.length === 1, 'help with the payment');
  ui.dialogs[0].content.tree.find('staykit_open').click();
  const staykit = Staykit.find(context, {});
  await until(async () => (await staykit.status()).recorded >= 6, 'what was recorded by itself and by the page');
  await staykit.upload();
  const { recorded, waiting } = await staykit.status();
  const { events, gaps, duplicates_refused } = await server.summary();
  assert.deepStrictEqual([events, gaps, duplicates_refused, waiting], [recorded, 0, 0, 0]);
  await staykit.close();
  server.stop();
});

test("the packages' own blocks: the listener hears of the decision and reports it, the surface shows it", async () => {
  const context = app();
  const ability = new (block('staykit-README-1').default)();
  ability.context = context;
  ability.onCreate({}, { launchReason: 0 });
  const staykit = Staykit.find(context, {});
  await staykit.ready();
  // The README's server is not there.
  device.network.isThere = false;
  await staykit.setConsent(Consent.all());
  const ui = new UIContext(context);
  const followed = [];
  block('staykit-ui-README-1').showDecisions(staykit, ui, (action) => followed.push(action));
  staykit.record('payment_failed');
  await until(() => ui.dialogs.length === 1, 'the surface');
  ui.dialogs[0].content.tree.find('staykit_open').click();
  assert.deepStrictEqual(followed, ['app://checkout/payment']);
  assert.deepStrictEqual(await staykit.decisions(), []);
  await staykit.close();
});
