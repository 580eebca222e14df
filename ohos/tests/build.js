// Turns the facade's .ets files into JavaScript for Node: node build.js --compiler DIR --out DIR
// Components of ArkUI's language become calls: Column({...}) {...} is Column({...}, () => {...}). A struct becomes a class
// without its decorators: nothing here draws anew by itself.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');
const { componentOptions } = require('../check/check.js');
const { shown } = require('./readme.js');

const root = path.resolve(__dirname, '..');
const given = Object.fromEntries(
  process.argv.slice(2).flatMap((word, i, all) => (i % 2 === 0 ? [[word.replace('--', ''), all[i + 1]]] : []))
);
const ts = createRequire(path.resolve(given.compiler, 'package.json'))('ohos-typescript');

const options = {
  ets: componentOptions(),
  target: ts.ScriptTarget.ES2021,
  module: ts.ModuleKind.CommonJS,
  experimentalDecorators: true,
  // `import native from` and `import { name } from` both of a module that is no ES module.
  esModuleInterop: true,
  sourceMap: false,
  etsLoaderPath: path.join(root, 'check', 'none', 'none'),
};

const components = (context) => (source) => {
  const { factory } = context;
  const visit = (node) => {
    if (ts.isStructDeclaration?.(node)) {
      const members = node.members.filter((member) => !ts.isConstructorDeclaration(member) && member.pos >= 0);
      const plain = members.map((member) => ts.visitEachChild(member, visit, context));
      return factory.createClassDeclaration(
        [factory.createModifier(ts.SyntaxKind.ExportKeyword)], node.name, undefined, undefined, plain
      );
    }
    if (ts.isDecorator(node)) return undefined;
    const seen = ts.visitEachChild(node, visit, context);
    if (!ts.isEtsComponentExpression?.(seen)) return seen;
    const body = factory.createArrowFunction(
      undefined, undefined, [], undefined, undefined, seen.body ?? factory.createBlock([])
    );
    const given = seen.arguments.length > 0 ? seen.arguments : [factory.createIdentifier('undefined')];
    return factory.createCallExpression(seen.expression, undefined, [...given, body]);
  };
  return ts.visitNode(source, visit);
};

let count = 0;
function build(file, text, to) {
  const built = ts.transpileModule(text, {
    compilerOptions: options,
    fileName: file,
    transformers: { before: [components] },
    reportDiagnostics: true,
  });
  for (const one of built.diagnostics ?? []) {
    console.log(`${file}: ${ts.flattenDiagnosticMessageText(one.messageText, ' ')}`);
  }
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.writeFileSync(to, built.outputText);
  count += 1;
}

for (const [folder, from] of [
  ['staykit', path.join(root, 'staykit')],
  ['staykit-ui', path.join(root, 'staykit-ui')],
  ['quickstart', path.join(root, '..', 'examples', 'quickstart-ohos', 'entry')],
]) {
  for (const name of fs.readdirSync(from, { recursive: true })) {
    if (!name.endsWith('.ets')) continue;
    const file = path.join(from, name);
    build(file, fs.readFileSync(file, 'utf8'), path.join(given.out, folder, name.replace(/\.ets$/, '.js')));
  }
}
for (const { name, text } of shown()) build(`${name}.ets`, text, path.join(given.out, 'readme', `${name}.js`));
console.log(`${count} files built`);
