// Type check, ArkTS linter and format of .ets files:
//   node check.js --compiler DIR --formatter DIR [--write] [--module NAME=FILE]... FOLDER...
// npm's ohos-typescript and @ohos-rs/oxk are below DIR/node_modules. Ends with 1 on any finding.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

const root = path.resolve(__dirname, '..', '..');
const FORMAT = { singleQuote: true, printWidth: 110, tabWidth: 2, semi: true, trailingComma: 'es5' };
// The release of the language whose rules are linted, as the compiler numbers it.
const ARKTS_1_1 = 1;
const BUILT_IN = ['Button', 'Column', 'ForEach', 'List', 'ListItem', 'Row', 'Scroll', 'Text'];
// Where the repository has the modules that a package names.
const MODULES = [
  ['libstaykit.so', path.join(root, 'bindings/arkts/types/index.d.ts')],
  ['@staykit/staykit', path.join(root, 'ohos/staykit/Index.ets')],
  ['@staykit/staykit-ui', path.join(root, 'ohos/staykit-ui/Index.ets')],
];
const DECORATORS = ['Prop', 'Require', 'State'];

function parse(words) {
  const given = { compiler: '.', formatter: '.', write: false, modules: new Map(MODULES), folders: [] };
  for (let i = 0; i < words.length; i++) {
    if (words[i] === '--compiler') given.compiler = words[++i];
    else if (words[i] === '--formatter') given.formatter = words[++i];
    else if (words[i] === '--write') given.write = true;
    else if (words[i] === '--module') {
      const [name, file] = words[++i].split('=');
      given.modules.set(name, path.resolve(file));
    } else given.folders.push(path.resolve(words[i]));
  }
  return given;
}

function etsFiles(folder) {
  if (fs.statSync(folder).isFile()) return [folder];
  const found = fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.ets'));
  return found.map((name) => path.join(folder, name)).sort();
}

// What the SDK's own loader is configured with, cut down to what is used.
function componentOptions() {
  const components = BUILT_IN.filter((name) => name !== 'ForEach');
  const component = (name) => ({ name, type: `${name}Attribute`, instance: `${name}Instance` });
  return {
    render: { method: ['build', 'pageTransition'], decorator: ['Builder', 'LocalBuilder'] },
    components,
    libs: [],
    extend: { decorator: ['Extend', 'AnimatableExtend'], components: components.map(component) },
    styles: {
      decorator: 'Styles',
      component: { name: 'Common', type: 'T', instance: 'CommonInstance' },
      property: 'stateStyles',
    },
    concurrent: { decorator: 'Concurrent' },
    customComponent: 'BaseCustomComponent',
    propertyDecorators: DECORATORS.map((name) => ({ name, needInitialization: false })),
    emitDecorators: [],
    syntaxComponents: { paramsUICallback: ['ForEach', 'LazyForEach'], attrUICallback: [] },
  };
}

function compilerOptions(ts, modules) {
  const paths = {};
  for (const [name, file] of modules) paths[name] = [file];
  return {
    ets: componentOptions(),
    target: ts.ScriptTarget.ES2021,
    module: ts.ModuleKind.ES2020,
    moduleResolution: ts.ModuleResolutionKind.NodeJs,
    allowSyntheticDefaultImports: true,
    lib: ['lib.es2021.d.ts'],
    types: [],
    baseUrl: root,
    paths,
    noEmit: true,
    experimentalDecorators: true,
    // The linter runs the strict pass itself and reports the difference.
    strict: false,
    noImplicitAny: false,
    skipLibCheck: false,
    incremental: true,
    tsBuildInfoFile: path.join(__dirname, 'none', '.tsbuildinfo'),
    etsLoaderPath: path.join(__dirname, 'none', 'none'),
    compatibleSdkVersion: 12,
    compatibleSdkVersionStage: 'beta3',
    tsImportSendableEnable: false,
    skipOhModulesLint: true,
    needDoArkTsLinter: true,
  };
}

function findings(ts, files, modules) {
  const folder = path.join(__dirname, 'declarations');
  const declarations = fs.readdirSync(folder).map((name) => path.join(folder, name));
  const options = compilerOptions(ts, modules);
  const host = ts.createIncrementalCompilerHost(options);
  const rootNames = [...files, ...declarations];
  const builder = ts.createIncrementalProgramForArkTs({ rootNames, options, host });
  const program = builder.getProgram();
  const found = [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()];
  for (const name of rootNames) {
    const source = program.getSourceFile(name);
    found.push(...builder.getSyntacticDiagnostics(source), ...builder.getSemanticDiagnostics(source));
  }
  found.push(...ts.ArkTSLinter_1_1.runArkTSLinter(builder, undefined, undefined, ARKTS_1_1));
  return new Set(found.map((one) => line(ts, one)));
}

function line(ts, one) {
  const text = ts.flattenDiagnosticMessageText(one.messageText, ' ');
  if (!one.file) return text;
  const at = one.file.getLineAndCharacterOfPosition(one.start || 0);
  return `${path.relative(root, one.file.fileName)}:${at.line + 1}:${at.character + 1}: ${text}`;
}

// The formatter has no check of its own: what it would write is compared.
async function unformatted(format, files, write) {
  const found = [];
  for (const file of files) {
    const text = fs.readFileSync(file, 'utf8');
    const { code, errors } = await format(path.basename(file), text, FORMAT);
    const name = path.relative(root, file);
    for (const error of errors) found.push(`${name}: ${error}`);
    if (errors.length > 0 || code === text) continue;
    if (write) fs.writeFileSync(file, code);
    else found.push(`${name}: not formatted; run: cargo xtask ohos-format`);
  }
  return found;
}

function below(folder, name) {
  return createRequire(path.resolve(folder, 'package.json'))(name);
}

async function main() {
  const given = parse(process.argv.slice(2));
  const ts = below(given.compiler, 'ohos-typescript');
  const { format } = below(given.formatter, '@ohos-rs/oxk/format');
  const files = given.folders.flatMap(etsFiles);
  const found = await unformatted(format, files, given.write);
  found.push(...findings(ts, files, given.modules));
  for (const one of found) console.log(one);
  console.log(`${files.length} files, ${found.length} findings`);
  process.exitCode = found.length > 0 ? 1 : 0;
}

module.exports = { componentOptions };
if (require.main === module) main();
