// The quick start's own lines, from the ability to the page, on the real engine and against the real collector.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Staykit, app, collector, device, until } = require('./facade.js');
const { UIContext, WindowStage } = require('./kits/ArkUI.js');
const { render } = require('./components.js');

const SOURCES = path.join(process.env.STAYKIT_JS, 'quickstart', 'src', 'main', 'ets');
const settings = require(path.join(SOURCES, 'ability', 'Settings.js'));
const { default: EntryAbility } = require(path.join(SOURCES, 'ability', 'EntryAbility.js'));
const { default: UploadWork } = require(path.join(SOURCES, 'ability', 'UploadWork.js'));
const { Index } = require(path.join(SOURCES, 'pages', 'Index.js'));

/** The app as the system runs it: the ability, its window, and the page in it. */
function launched(context) {
  const ability = new EntryAbility();
  ability.context = context;
  ability.onCreate({}, { launchReason: 0 });
  const ui = new UIContext(context);
  const stage = new WindowStage(ui);
  ability.onWindowStageCreate(stage);
  assert.strictEqual(stage.page, 'pages/Index');
  context.foreground();
  context.windowActive(stage);
  const page = new Index();
  page.getUIContext = () => ui;
  const tap = (words, number = 0) => {
    const buttons = render(() => page.build()).all().filter((node) => node.kind === 'Button' && node.given[0] === words);
    buttons[number].click();
  };
  return { ui, page, tap };
}

test('a person agrees, trains, pays in vain, is helped and follows: the collector has it all once', async () => {
  const server = await collector();
  const given = settings.settings();
  settings.settings = () => ({ ...given, endpoint: server.address });
  const context = app();
  const { ui, page, tap } = launched(context);
  assert.deepStrictEqual([device.works.length, device.works[0].abilityName], [1, 'UploadWork']);
  const staykit = Staykit.find(context, settings.settings());
  tap('Done');
  await staykit.ready();
  assert.strictEqual((await staykit.status()).recorded, 0, 'nothing before the person agrees');

  tap('I agree');
  await until(async () => (await staykit.consent()).upload, 'consent');
  tap('Done');
  tap('Done', 2);
  assert.strictEqual(page.done, 3);
  tap('Let the payment fail');
  await until(() => ui.dialogs.length === 1, 'help with the payment');
  ui.dialogs[0].content.tree.find('staykit_open').click();
  tap('Buy a strap for 19.90');
  context.background();
  await until(() => device.suspended.size === 0, 'it is sent while the system waits');
  const { recorded } = await staykit.status();
  const { events, gaps, duplicates_refused } = await server.summary();
  assert.deepStrictEqual([events, gaps, duplicates_refused], [recorded, 0, 0]);
  assert.ok(events >= 6, `${events}`);
  await staykit.close();

  const work = new UploadWork();
  work.context = context;
  work.onWorkStart(device.works[0]);
  await until(() => Staykit.find(context, settings.settings()) === null, 'the work of the background ends');
  server.stop();
});

test('the project has what its build looks for: tasks, pages, and each resource that it names', () => {
  const project = path.join(__dirname, '..', '..', 'examples', 'quickstart-ohos');
  const read = (name) => fs.readFileSync(path.join(project, name), 'utf8');
  assert.match(read('hvigorfile.ts'), /appTasks/);
  assert.match(read('entry/hvigorfile.ts'), /hapTasks/);
  const { modelVersion } = JSON.parse(read('hvigor/hvigor-config.json5'));
  assert.strictEqual(JSON.parse(read('oh-package.json5')).modelVersion, modelVersion);
  const { src } = JSON.parse(read('entry/src/main/resources/base/profile/main_pages.json'));
  for (const page of src) assert.match(read(`entry/src/main/ets/${page}.ets`), /@Entry/);
  const { abilities, extensionAbilities } = JSON.parse(read('entry/src/main/module.json5')).module;
  for (const { srcEntry } of [...abilities, ...extensionAbilities]) assert.ok(read(`entry/src/main/${srcEntry}`).length > 0);

  const resources = ['AppScope', 'entry/src/main'].map((folder) => path.join(project, folder, 'resources/base'));
  const has = (kind, name) =>
    resources.some((folder) => {
      if (kind === 'media') return fs.existsSync(path.join(folder, 'media', `${name}.png`));
      if (kind === 'profile') return fs.existsSync(path.join(folder, 'profile', `${name}.json`));
      const file = path.join(folder, 'element', `${kind}.json`);
      return fs.existsSync(file) && JSON.parse(fs.readFileSync(file, 'utf8'))[kind].some((one) => one.name === name);
    });
  const named = [...(read('AppScope/app.json5') + read('entry/src/main/module.json5')).matchAll(/\$(\w+):(\w+)/g)];
  assert.ok(named.length >= 6);
  for (const [whole, kind, name] of named) assert.ok(has(kind, name), whole);
});
