// Popup and banner: what they show, in which language, for whom, and what comes of a touch.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { app, device } = require('./facade.js');
const { UIContext } = require('./kits/ArkUI.js');
const { StaykitUi } = require('@staykit/staykit-ui');
const { Decision } = require(`${process.env.STAYKIT_JS}/staykit/src/main/ets/Decision.js`);

/** The window of the test before: it goes, and what it showed with it. */
let last = null;

function shown(kind, action = 'app://cart', language = 'en-Latn-US') {
  app();
  device.language = language;
  const reports = [];
  const native = {
    id: 7,
    campaign: 'welcome_back',
    kind,
    title: [{ locale: 'en', text: 'Good to see you' }, { locale: 'zh', text: '欢迎回来' }],
    body: [{ locale: 'en', text: 'Your plan waits' }, { locale: 'zh', text: '计划还在' }],
    action,
    wallMs: 0,
  };
  const decision = new Decision(native, { report: ({ id }, outcome) => reports.push([id, outcome]) }, '/folder', 0);
  last?.destroy();
  const ui = new UIContext();
  last = ui;
  const actions = [];
  StaykitUi.show(ui, decision, (to) => actions.push(to));
  const content = kind === 'banner' ? ui.overlays[0] : ui.dialogs[0].content;
  return { ui, content, reports, actions, tree: content.tree };
}

const SHOWN = [7, 1];
const DISMISSED = [7, 2];
const CLICKED = [7, 3];

for (const kind of ['popup', 'banner', 'floating']) {
  test(`a ${kind} says that it was shown, and followed once`, async () => {
    const { ui, content, reports, actions, tree } = shown(kind);
    assert.deepStrictEqual(reports, [SHOWN]);
    tree.appear();
    tree.find('staykit_open').click();
    tree.find('staykit_open').click();
    tree.find('staykit_later').click();
    assert.deepStrictEqual(reports, [SHOWN, CLICKED]);
    assert.deepStrictEqual(actions, ['app://cart']);
    await new Promise((done) => setImmediate(done));
    assert.deepStrictEqual([ui.dialogs.length, ui.overlays.length, content.isDisposed], [0, 0, true]);
  });

  test(`a ${kind} that is put away leads nowhere`, () => {
    const { reports, actions, tree } = shown(kind);
    tree.find('staykit_later').click();
    assert.deepStrictEqual(reports, [SHOWN, DISMISSED]);
    assert.deepStrictEqual(actions, []);
  });

  test(`a ${kind} can be used by who cannot see it, or cannot aim well`, () => {
    const { tree } = shown(kind);
    const buttons = tree.all().filter((node) => node.kind === 'Button');
    assert.strictEqual(buttons.length, 2);
    for (const button of buttons) {
      assert.ok(button.given[0].length > 0, 'a button has a name');
      assert.ok(button.attributes.constraintSize.minHeight >= 48, 'a touch target of 48 vp');
      assert.strictEqual(button.attributes.height, undefined, 'it grows with large type');
    }
    const spoken = tree.all().map((node) => node.attributes.accessibilityText).filter(Boolean);
    assert.deepStrictEqual(spoken, ['Notice, Good to see you, Your plan waits']);
    for (const node of tree.all()) {
      for (const name of ['fontColor', 'backgroundColor']) {
        const color = node.attributes[name];
        assert.ok(color === undefined || color.resource.startsWith('sys.color.'), 'colours follow light and dark');
      }
    }
  });

  test(`a ${kind} speaks Chinese to who reads it`, () => {
    const { tree } = shown(kind, 'app://cart', 'zh-Hans-CN');
    const words = tree.all().flatMap((node) => node.given).filter((one) => typeof one === 'string');
    assert.deepStrictEqual(words, ['欢迎回来', '计划还在', '看看', '以后再说']);
  });
}

test('the back gesture and a touch beside a popup put it away', () => {
  const { ui, reports } = shown('popup');
  ui.dialogs[0].options.onWillDismiss({ dismiss() {}, reason: 0 });
  assert.deepStrictEqual(reports, [SHOWN, DISMISSED]);
});

test('a decision without an action is followed and leads nowhere', () => {
  const { reports, actions, tree } = shown('popup', '');
  tree.find('staykit_open').click();
  assert.deepStrictEqual([reports, actions], [[SHOWN, CLICKED], []]);
});
