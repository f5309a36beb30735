// Storage layouts of the contracts, and whether new code may run on what was stored by old: OpenZeppelin decides.
//   node layouts.js extract COMPILATION CONTRACT…             prints the layouts as JSON
//   node layouts.js compare COMPILATION RELEASED CONTRACT…    exit 1 with a report where they do not fit
// COMPILATION is the folder that scripts/compile leaves, RELEASED a folder of <CONTRACT>.json.
"use strict";

const fs = require("fs");
const path = require("path");
const solc = require("solc");
const upgrades = require("@openzeppelin/upgrades-core");
const { normalizeValidationData } = require("@openzeppelin/upgrades-core/dist/validate/data");

const OPTIONS = { kind: "uups", unsafeAllow: [], unsafeAllowRenames: false, unsafeSkipStorageCheck: false };

function read(folder, name) {
  return JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"));
}

// A namespaced struct has no place in the compiler's layout: OpenZeppelin gives it one in a second, code-free compilation.
function validated(folder) {
  const input = read(folder, "input.json");
  const output = read(folder, "output.json");
  const namespaced = JSON.parse(solc.compile(JSON.stringify(upgrades.makeNamespacedInput(input, output, solc.version()))));
  const faults = (namespaced.errors ?? []).filter((error) => error.severity === "error");
  if (faults.length > 0) throw new Error(faults.map((fault) => fault.formattedMessage).join("\n"));
  const decoder = upgrades.solcInputOutputDecoder(input, output, ".");
  return upgrades.validate(output, decoder, solc.version().split("+")[0], input, namespaced);
}

function fullName(run, contract) {
  const found = Object.keys(run).filter((name) => name === `contracts/${contract}.sol:${contract}`);
  if (found.length !== 1) throw new Error(`contracts/${contract}.sol holds no contract ${contract}.`);
  return found[0];
}

// Numbers of syntax-tree nodes change with every edit anywhere; what is committed must not.
function stable(layout) {
  const text = JSON.stringify(layout, (key, value) => (key === "astId" || key === "src" ? undefined : value));
  return JSON.parse(text.replace(/\)\d+_(?=storage|memory|calldata|\W|[a-z])/g, ")_").replace(/\)\d+(?=[",)])/g, ")"));
}

function layoutOf(run, contract) {
  return upgrades.getStorageLayout(normalizeValidationData([run]), run[fullName(run, contract)].version);
}

function extract(folder, contracts) {
  const run = validated(folder);
  return Object.fromEntries(contracts.map((contract) => [contract, stable(layoutOf(run, contract))]));
}

function unsafe(run, contract) {
  const name = fullName(run, contract);
  const data = normalizeValidationData([run]);
  const version = run[name].version;
  return upgrades.getErrors(data, version, OPTIONS).map((error) => `${contract}: ${error.kind} ${error.name ?? ""} at ${error.src}`);
}

function compare(folder, released, contracts) {
  const run = validated(folder);
  return contracts.flatMap((contract) => {
    const faults = unsafe(run, contract);
    const file = path.join(released, `${contract}.json`);
    if (!fs.existsSync(file)) return faults;
    const options = upgrades.withValidationDefaults(OPTIONS);
    const report = upgrades.getStorageUpgradeReport(read(released, `${contract}.json`), layoutOf(run, contract), options);
    return report.ok ? faults : [...faults, `${contract}:\n${report.explain(false)}`];
  });
}

function main([command, folder, ...rest]) {
  if (command === "extract") {
    process.stdout.write(JSON.stringify(extract(folder, rest)));
    return 0;
  }
  if (command !== "compare") throw new Error("say extract or compare");
  const faults = compare(folder, rest[0], rest.slice(1));
  process.stdout.write(faults.map((fault) => `${fault}\n`).join(""));
  return faults.length > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
