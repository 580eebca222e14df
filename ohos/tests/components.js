// ArkUI's components as a tree of plain objects: what is shown, with which attributes, and what a touch does.
'use strict';

let parent = null;

class Node {
  constructor(kind, given) {
    this.kind = kind;
    this.given = given;
    this.attributes = {};
    this.children = [];
  }

  all() {
    return [this, ...this.children.flatMap((child) => child.all())];
  }

  find(id) {
    return this.all().find((node) => node.attributes.id === id);
  }

  appear() {
    for (const node of this.all()) node.attributes.onAppear?.();
  }

  disappear() {
    for (const node of this.all()) node.attributes.onDisAppear?.();
  }

  click() {
    this.attributes.onClick({ timestamp: 0 });
  }
}

function component(kind) {
  return (...given) => {
    const body = given.pop();
    const node = new Node(kind, given);
    parent.children.push(node);
    const outer = parent;
    parent = node;
    body();
    parent = outer;
    const chain = new Proxy({}, {
      get: (_, name) => (value) => {
        node.attributes[name] = value;
        return chain;
      },
    });
    return chain;
  };
}

function render(build) {
  parent = new Node('Root', []);
  const root = parent;
  build();
  parent = null;
  return root;
}

globalThis.ForEach = (items, build) => items.forEach(build);
const numbered = new Proxy({}, { get: (_, name) => name });
for (const kind of ['Column', 'Row', 'Scroll', 'List', 'ListItem', 'Text', 'Button']) globalThis[kind] = component(kind);
for (const name of ['FontWeight', 'TextAlign', 'ButtonStyleMode', 'HorizontalAlign', 'VerticalAlign', 'DialogAlignment']) {
  globalThis[name] = numbered;
}
globalThis.$r = (name) => ({ resource: name });
globalThis.wrapBuilder = (builder) => ({ builder });

module.exports = { render };
