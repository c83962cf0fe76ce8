// Runs a file of SQL statements (separated by lines of ";;") in DuckDB and prints the last row of the last one as JSON.
// usage: node duck.mjs FILE.sql [--db FILE] [--threads N] [--time N] [--set NAME=VALUE]...   ($NAME in the SQL is replaced)
// --time N: runs the last statement N times and prints the median of its CPU milliseconds, too ("cpu_ms").
// The package @duckdb/node-api is looked for in the working folder's node_modules.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const { DuckDBInstance } = createRequire(path.join(process.cwd(), 'x.js'))('@duckdb/node-api');
const words = process.argv.slice(2);
let sql = '', db = ':memory:', threads = '1', times = 0;
const names = [];
while (words.length > 0) {
  const word = words.shift();
  if (word === '--db') db = words.shift();
  else if (word === '--threads') threads = words.shift();
  else if (word === '--time') times = Number(words.shift());
  else if (word === '--set') names.push(words.shift());
  else sql = fs.readFileSync(word, 'utf8');
}
for (const name of names) sql = sql.replaceAll('$' + name.split('=')[0], name.slice(name.indexOf('=') + 1));
const instance = await DuckDBInstance.create(db, {
  threads, memory_limit: '12GB', temp_directory: path.join(process.cwd(), 'duckdb-temp'), preserve_insertion_order: 'false',
  autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' });
const connection = await instance.connect();
let rows = [];
const statements = sql.split(/^;;$/m).map((text) => text.trim()).filter(Boolean);
for (const statement of statements)
  rows = (await connection.runAndReadAll(statement)).getRowObjectsJson();
const costs = [];
for (let i = 0; i < times; ++i) {
  const before = process.cpuUsage();
  await connection.runAndReadAll(statements.at(-1));
  const cost = process.cpuUsage(before);
  costs.push((cost.user + cost.system) / 1000);
}
connection.closeSync();
instance.closeSync();
const last = {};
for (const [name, value] of Object.entries(rows.at(-1) ?? {})) last[name] = Number(value);
if (times > 0) last.cpu_ms = costs.sort((a, b) => a - b)[Math.floor(times / 2)];
console.log(JSON.stringify(last));
