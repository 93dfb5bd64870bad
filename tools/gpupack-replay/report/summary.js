// SPDX-License-Identifier: Apache-2.0
// What the runs say of each policy: from the JSON of the page to means, ranges and ranks. Nothing here draws.
'use strict';

// ---- Text -----------------------------------------------------------------------------------------------------------

const thin = '\u202f'; // a narrow space that does not break
const dash = '\u2013';

/** "1,234.50"; a dash for what is not a number. */
function number(value, digits = 0) {
  if (!Number.isFinite(value)) return dash;
  const text = Math.abs(value).toLocaleString('en-US', {minimumFractionDigits: digits, maximumFractionDigits: digits});
  return value < 0 && /[1-9]/.test(text) ? '\u2212' + text : text;
}

/** "+1.70": a difference. */
function signed(value, digits = 2) {
  const text = number(value, digits);
  return value > 0 && /[1-9]/.test(text) ? '+' + text : text;
}

/** "95.43 %": every share on the page is written with two decimals. */
const percent = value => number(value, 2) + thin + '%';

/** "130 %": without decimals where they are zeros. */
const roundPercent = value => percent(value).replace('.00', '');

/** "1 node", "2 nodes". */
const counted = (count, noun) => number(count) + ' ' + noun + (count === 1 ? '' : 's');

/** "42 s", "7.5 min", "3.2 h", "1.8 days". */
function duration(seconds) {
  if (seconds < 99.5) return number(seconds) + thin + 's';
  if (seconds < 99.5 * 60) return number(seconds / 60, 1) + thin + 'min';
  if (seconds < 48 * 3600) return number(seconds / 3600, 1) + thin + 'h';
  return number(seconds / 86400, 1) + ' days';
}

/** "94.10–96.02". */
const rangeText = (range, text) => text(range.least) + dash + text(range.most);

/** "a", "a and b", "a, b and c". */
function listed(names) {
  if (names.length < 2) return names.join('');
  return names.slice(0, -1).join(', ') + ' and ' + names.at(-1);
}

const capitalised = text => text.charAt(0).toUpperCase() + text.slice(1);

// ---- Statistics -----------------------------------------------------------------------------------------------------

const sum = values => values.reduce((total, value) => total + value, 0);

/** Mean, least and most of some values; undefined where there are none. */
function rangeOf(values) {
  if (values.length === 0) return undefined;
  const least = Math.min(...values);
  const most = Math.max(...values);
  const mean = Math.min(Math.max(sum(values) / values.length, least), most);
  return {mean, least, most};
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** A measure of each run of a policy, over its seeds. */
const overSeeds = (policy, measure) => rangeOf(policy.runs.map(measure).filter(value => value !== undefined));

/** A policy's measure less that of another policy on the same seed. */
function paired(policy, other, measure) {
  const bySeed = new Map(other.runs.map(run => [run.seed, run]));
  return rangeOf(
    policy.runs.filter(run => bySeed.has(run.seed)).map(run => measure(run) - measure(bySeed.get(run.seed))),
  );
}

/** The height of a line of [x, y] at x: straight between its points, level outside. */
function heightAt(line, x) {
  const after = line.findIndex(point => point[0] >= x);
  if (after === -1) return line.at(-1)[1];
  if (after === 0 || line[after][0] === x) return line[after][1];
  const [x0, y0] = line[after - 1];
  const [x1, y1] = line[after];
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

/** Mean and range over lines, where all of them have points, at the places of the first. */
function lineOverSeeds(lines) {
  const last = Math.min(...lines.map(line => line.at(-1)[0]));
  const places = [...new Set(lines[0].map(point => point[0]).filter(x => x < last)), last];
  return places.map(x => ({
    x,
    ...rangeOf(lines.map(line => (x === last && line.at(-1)[0] === last ? line.at(-1)[1] : heightAt(line, x)))),
  }));
}

/** A round step that cuts a range into about so many parts. */
function roundStep(range, parts) {
  if (!(range > 0)) return 1;
  const rough = range / parts;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find(times => rough <= times * power * 1.001) ?? 10);
}

/** The multiples of a step within an axis, as values and texts. */
function ticks(axis, parts) {
  const step = roundStep(axis.to - axis.from, parts);
  const digits = step >= 1 ? 0 : Math.ceil(-Math.log10(step) - 1e-9);
  const made = [];
  for (let k = Math.ceil(axis.from / step - 1e-6); k * step <= axis.to + step * 1e-6; ++k)
    made.push({value: k * step, text: number(k * step, digits) + (axis.unit ?? '')});
  return made;
}

/** The least round number that is not below a value; 1 where it is 0. */
function roundUp(value) {
  if (!(value > 0)) return 1;
  const step = roundStep(value, 5);
  return Math.ceil(value / step - 1e-9) * step;
}

// ---- The runs -------------------------------------------------------------------------------------------------------

const meta = JSON.parse(document.getElementById('meta').textContent);
const runs = JSON.parse(document.getElementById('runs').textContent);
const comeAndGo = runs.some(run => run.size_unit !== undefined);
const timed = runs.some(run => run.timeline !== undefined);
const several = new Set(runs.map(run => run.seed)).size > 1;
const dark = matchMedia('(prefers-color-scheme: dark)');

const policies = comeAndGo
  ? ranked(visitingPolicy, policy => number(policy.size.mean, 2))
  : ranked(stayingPolicy, policy => number(policy.allocated.mean, 2) + ' ' + number(policy.unallocated));

/** The policies, best first. Those that read alike share a rank. */
function ranked(summarise, printed) {
  const byName = new Map();
  for (const run of runs) byName.set(run.policy, [...(byName.get(run.policy) ?? []), run]);
  const made = [...byName].map(([name, its]) => ({name, runs: its, ...summarise({runs: its})}));
  made.sort((a, b) => b.best - a.best);
  made.forEach((policy, i) => {
    policy.index = i;
    const before = made[i - 1];
    policy.rank = before && printed(before) === printed(policy) ? before.rank : i + 1;
  });
  for (const policy of made) policy.tied = made.filter(other => other.rank === policy.rank).length > 1;
  return made;
}

function stayingPolicy(policy) {
  const allocated = overSeeds(policy, run => (timed ? run.mean_allocated_gpu_percent : run.allocated_gpu_percent));
  const mean = measure => overSeeds(policy, measure)?.mean ?? 0;
  return {
    allocated,
    best: allocated.mean,
    fragmented: overSeeds(policy, run => run.fragmented_gpu_percent),
    unallocated: mean(run => run.gpus) * (1 - allocated.mean / 100),
    failed: mean(run => run.failed),
    rate: median(policy.runs.map(run => run.decisions_per_second)),
    waited: mean(run => run.waited),
    meanWait: mean(run => (run.placed > 0 ? run.wait_seconds / run.placed : 0)),
    longestWait: overSeeds(policy, run => run.longest_wait_seconds)?.most ?? 0,
  };
}

function visitingPolicy(policy) {
  const size = overSeeds(policy, run => run.accepted_size_percent);
  return {
    size,
    best: size.mean,
    accepted: overSeeds(policy, run => run.accepted_percent),
    active: overSeeds(policy, run => run.mean_active_gpus),
    rate: median(policy.runs.map(run => run.decisions_per_second)),
    rates: overSeeds(policy, run => run.decisions_per_second / 1000),
  };
}

const ofFirstRank = () => policies.filter(policy => policy.rank === 1);
const fgd = policies.find(policy => policy.name === 'fgd');
const bound = comeAndGo
  ? overSeeds(policies[0], run => run.bound_size_percent)
  : policies.length > 0
    ? overSeeds(policies[0], run => run.bound_gpu_percent)
    : undefined;

/** How much of the gap between `from` and the bound a policy closes, in percent, on the seeds where there is a gap. */
function gapClosed(policy, from) {
  const start = new Map(from.runs.map(run => [run.seed, run.allocated_gpu_percent]));
  return rangeOf(
    policy.runs
      .filter(run => run.bound_gpu_percent - start.get(run.seed) >= 0.005)
      .map(
        run =>
          (100 * (run.allocated_gpu_percent - start.get(run.seed))) / (run.bound_gpu_percent - start.get(run.seed)),
      ),
  );
}

/** The policy with which others are compared seed by seed. */
const against = () => (fgd && policies.length > 1 && fgd.runs.length > 1 ? fgd : undefined);

const causes = [
  ['too_small', 'too small'],
  ['host_short', 'CPU or memory'],
  ['wrong_model', 'wrong model'],
  ['fits', 'no cause'],
  ['unasked', 'rounded up'],
]
  .filter(([field]) => field !== 'unasked' || runs.some(run => run.idle_milli_gpus?.[field] > 0))
  .map(([field, name], number) => ({name, number, measure: run => run.idle_milli_gpus[field] / run.gpus / 10}));
const causesKnown = () => runs.every(run => run.idle_milli_gpus !== undefined && run.gpus > 0);

/** "Both policies", "All 3 policies", "4 policies". */
function someOfPolicies(count) {
  if (count < policies.length) return `${number(count)} policies`;
  return count === 2 ? 'Both policies' : `All ${number(count)} policies`;
}

const seedsNote = several ? ' Means over the seeds; decisions a second are medians.' : '';
