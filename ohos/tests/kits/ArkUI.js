// Observers of pages, dialogs and overlays; content is rendered by components.js.
'use strict';
const { render } = require('../components.js');
const { BusinessError } = require('./state.js');

class UIObserver {
  constructor() {
    this.callbacks = new Map();
  }

  on(type, callback) {
    if (!this.callbacks.has(type)) this.callbacks.set(type, new Set());
    this.callbacks.get(type).add(callback);
  }

  off(type, callback) {
    this.callbacks.get(type)?.delete(callback);
  }

  tell(type, info) {
    for (const callback of this.callbacks.get(type) ?? []) callback(info);
  }
}

class ComponentContent {
  constructor(context, builder, args) {
    this.tree = render(() => builder.builder(args));
    this.isDisposed = false;
  }

  dispose() {
    this.isDisposed = true;
  }
}

class UIContext {
  constructor(host) {
    this.host = host;
    this.observer = new UIObserver();
    this.dialogs = [];
    this.overlays = [];
    this.isGone = false;
  }

  /** The window goes, and what it shows with it. */
  destroy() {
    this.isGone = true;
    const shown = [...this.dialogs.map((dialog) => dialog.content), ...this.overlays];
    this.dialogs = [];
    this.overlays = [];
    for (const content of shown) content.tree.disappear();
  }

  getHostContext() {
    return this.host;
  }

  getUIObserver() {
    return this.observer;
  }

  getPromptAction() {
    return {
      openCustomDialog: async (content, options) => {
        if (this.isGone) throw new BusinessError(103301);
        this.dialogs.push({ content, options });
        content.tree.appear();
      },
      closeCustomDialog: async (content) => {
        if (!this.dialogs.some((dialog) => dialog.content === content)) throw new BusinessError(103303);
        this.dialogs = this.dialogs.filter((dialog) => dialog.content !== content);
        content.tree.disappear();
      },
    };
  }

  getOverlayManager() {
    return {
      addComponentContent: (content) => {
        if (this.isGone) throw new BusinessError(100001);
        this.overlays.push(content);
        content.tree.appear();
      },
      removeComponentContent: (content) => {
        if (this.isGone) throw new BusinessError(100001);
        this.overlays = this.overlays.filter((shown) => shown !== content);
        content.tree.disappear();
      },
    };
  }
}

class WindowStage {
  constructor(context) {
    this.context = context;
  }

  loadContent(page, onLoaded) {
    this.page = page;
    onLoaded();
  }

  getMainWindowSync() {
    return { getUIContext: () => this.context };
  }
}

module.exports = {
  ComponentContent,
  UIContext,
  UIObserver,
  WindowStage,
  window: {},
  promptAction: {},
  uiObserver: {
    NavDestinationState: { ON_SHOWN: 0, ON_HIDDEN: 1 },
    RouterPageState: { ABOUT_TO_APPEAR: 0, ABOUT_TO_DISAPPEAR: 1, ON_PAGE_SHOW: 2, ON_PAGE_HIDE: 3 },
  },
};
