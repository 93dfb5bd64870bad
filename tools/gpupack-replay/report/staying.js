// SPDX-License-Identifier: Apache-2.0
// What the report shows of workloads whose tasks stay, and of those that leave in recorded time.

// ---- Curves ---------------------------------------------------------------------------------------------------------

/** Where an axis of what arrived ends: arrivals end just before a round load. */
function axisEnd(all) {
  const last = lastX(all);
  return Math.ceil(last) - last < 0.2 ? Math.ceil(last) : last;
}

/** Allocated and fragmented against what arrived; nothing where there are no curves. */
function arrivalCurves() {
  const allocated = series(run => run.curve?.map(point => [point[0], point[1]]));
  if (allocated.length === 0) return [];
  const fragmented = series(run => run.curve?.map(point => [point[0], point[2]]));
  const most = runs.find(run => run.bound_curve?.length > 0)?.bound_curve;
  const lowestEnd = Math.min(...allocated.map(line => lastPoint(line).least));
  const from = Math.min(Math.max(Math.floor((lowestEnd - 5) / 10) * 10, 0), 80);
  const to = Math.max(axisEnd(allocated), from + 1);
  const x = {label: 'GPUs arrived, % of the cluster\u2019s', unit: '%', from, to};
  const begin = [from, Math.min(from, most ? most[0][1] : 100)];
  const points = most
    ? [begin, ...most.filter(point => point[0] > from)]
    : [begin, ...(from < 100 && to > 100 ? [[100, 100]] : []), [to, Math.min(to, 100)]];
  const reference = {points, name: most ? 'the most that any policy could allocate' : 'all that arrives is placed'};
  const dotted = most
    ? 'dotted, the most that any policy could have allocated had it known beforehand all that arrives until then.'
    : 'dotted, what would be allocated if everything that arrives were placed.';
  const note =
    'Percent of the cluster\u2019s GPUs, by compute; ' +
    dotted +
    (most && several ? ' The dotted line is that of the first seed.' : '') +
    bandNote(allocated) +
    (from > 0 ? ` Both axes begin at ${roundPercent(from)}.` : '');
  const top = highest(allocated) > 60 ? 100 : roundUp(highest(allocated));
  const leader = policies[0].name + ' ends highest, at ' + percent(policies[0].allocated.mean);
  return [
    curves({
      title: 'Allocated GPUs as tasks arrive',
      note,
      summary: leader,
      series: allocated,
      x,
      reference,
      ends: true,
      digits: 2,
      y: {label: 'Allocated, % of GPUs', unit: '%', from, to: Math.max(top, from + 1)},
    }),
    curves({
      title: 'Fragmented GPUs as tasks arrive',
      summary: 'One line a policy',
      series: fragmented,
      ends: true,
      digits: 2,
      note: 'Free compute that a task drawn from the workload could not use, on average.' + bandNote(fragmented),
      x: {...x, from: 0, to: Math.max(to, 1)},
      y: {label: 'Fragmented, % of GPUs', unit: '%', from: 0, to: roundUp(highest(fragmented))},
    }),
  ];
}

/** Allocated GPUs and waiting tasks over recorded time. */
function timelineCurves() {
  const line = column => series(run => run.timeline?.map(point => [point[0] / 86400, point[column]]));
  const allocated = line(1);
  const waiting = line(3);
  if (allocated.length === 0) return [];
  const days = lastX(allocated);
  const hours = days > 0 && days < 3;
  const scale = all => all.map(each => ({...each, points: each.points.map(point => ({...point, x: point.x * 24}))}));
  const x = {
    label: (hours ? 'Hours' : 'Days') + ' since the first arrival',
    unit: '',
    from: 0,
    to: (hours ? 24 * days : days) || 1,
  };
  const top = highest(allocated) > 60 ? 100 : roundUp(highest(allocated));
  return [
    curves({
      title: 'Allocated GPUs over time',
      summary: 'One line a policy',
      series: hours ? scale(allocated) : allocated,
      x,
      digits: 2,
      note: 'Percent of the cluster\u2019s GPUs, by compute, in recorded time.' + bandNote(allocated),
      y: {label: 'Allocated, % of GPUs', unit: '%', from: 0, to: top},
    }),
    curves({
      title: 'Waiting tasks over time',
      summary: 'One line a policy',
      series: hours ? scale(waiting) : waiting,
      x,
      digits: 0,
      note: 'Tasks that have arrived and are not placed yet.' + bandNote(waiting),
      y: {label: 'Waiting tasks', unit: '', from: 0, to: roundUp(highest(waiting))},
    }),
  ];
}

// ---- Tables ---------------------------------------------------------------------------------------------------------

/** What any policy could have allocated, and how much of the gap each closes. */
function boundTable() {
  if (bound === undefined || runs[0].gpus === 0) return null;
  let note =
    `No policy could have allocated more than ${percent(bound.mean)} (dotted), had it known all arrivals beforehand ` +
    'and dropped whichever it liked.';
  const measures = [
    {
      heading: 'Allocated,\u00a0%',
      cap: 100,
      limit: bound.mean,
      limitName: 'at most ' + percent(bound.mean),
      values: policies.map(policy => policy.allocated),
    },
  ];
  if (policies.length > 1) {
    const from = fgd ?? policies.at(-1);
    note += ` Gap closed: how much of the way from ${from.name} to there.`;
    measures.push({heading: 'Gap closed,\u00a0%', zero: true, values: policies.map(policy => gapClosed(policy, from))});
  }
  return dotTable('What any policy could have allocated', note, measures);
}

/** Why GPUs are idle at the end: stacked bars and their numbers. */
function causesTable() {
  if (!causesKnown()) return null;
  const byPolicy = policies.map(policy => causes.map(cause => overSeeds(policy, cause.measure)));
  const totals = byPolicy.map(each => sum(each.map(range => range.mean)));
  const longest = Math.max(...totals);
  if (!(longest > 0)) return null;
  const rows = policies.map((policy, i) =>
    html(
      'tr',
      styleOf(policy),
      nameCell(policy),
      html(
        'td.stack',
        html(
          'div.stacked',
          {style: `width: ${((100 * totals[i]) / longest).toFixed(2)}%`},
          byPolicy[i].map((range, k) =>
            html('i', {
              class: 'cause-' + k,
              style: `width: ${((100 * range.mean) / totals[i] || 0).toFixed(2)}%`,
              title: `${causes[k].name}: ${percent(range.mean)}`,
            }),
          ),
        ),
      ),
      html('td.total', {'data-label': 'all'}, number(totals[i], 2)),
      byPolicy[i].map((range, k) =>
        html(
          'td',
          {
            'data-label': causes[k].name,
            title: range.most > range.least ? `${rangeText(range, value => number(value, 2))} over seeds` : undefined,
          },
          number(range.mean, 2),
        ),
      ),
    ),
  );
  const head = html(
    'tr',
    html('th', {scope: 'col'}, 'Policy'),
    html('th', {scope: 'col', 'aria-label': 'as bars'}),
    html('th', {scope: 'col'}, 'Idle,\u00a0%'),
    causes.map(cause =>
      html('th', {scope: 'col'}, html('i', {class: 'square cause-' + cause.number}), capitalised(cause.name)),
    ),
  );
  const note =
    `Percent of the GPUs. Typical tasks are those that make up 95${thin}% of the workload. Free compute is too small ` +
    'where no typical task fits on the GPU, or on as many GPUs of the node as it needs; the model is wrong where ' +
    'none that would fit may use it; CPU or memory is what the node is short of otherwise; and there is no cause where a ' +
    'typical task would still fit.' +
    (causes.at(-1).name === 'rounded up' ? ' Rounded up is what tasks hold beyond what they request.' : '');
  return card(
    'Why GPUs are idle at the end',
    note,
    html(
      'ul.key.causes-key',
      {'aria-hidden': 'true'},
      causes.map(cause => html('li', html('i', {class: 'square cause-' + cause.number}), cause.name)),
    ),
    html('table.causes', html('thead', head), html('tbody', rows)),
  );
}

/** The differences to fgd on the same arrivals; nothing where it was not run over several seeds. */
function pairedTable() {
  if (!against() || !causesKnown()) return null;
  const measures = [{name: 'allocated', measure: run => run.allocated_gpu_percent}, ...causes];
  return dotTable(
    'Against fgd, seed by seed',
    'Allocated, and idle by cause, less the same of fgd on the same arrivals and nodes, in points of percent of the ' +
      'GPUs.',
    measures.map(({name, measure}) => ({
      heading: capitalised(name),
      zero: true,
      signs: true,
      values: policies.map(policy => paired(policy, fgd, measure)),
    })),
  );
}

/** Allocated when so much has arrived: what the curves show, for reading one policy among many. */
function loadTable() {
  const allocated = series(run => run.curve?.map(point => [point[0], point[1]]));
  if (allocated.length === 0) return null;
  const to = axisEnd(allocated);
  const step = to > 60 ? 10 : roundStep(to, 6);
  const columns = [];
  for (let load = Math.ceil(Math.max(0, to - 6 * step) / step) * step; load <= to + 1e-9; load += step)
    if (load > 0) columns.push({name: number(load, step < 1 ? 1 : 0) + thin + '%', load});
  if (columns.length < 2) return null;
  const byPolicy = new Map(allocated.map(line => [line.policy, line.points]));
  return shadedTable(
    'Allocated by what has arrived',
    'Percent of the GPUs that are allocated when tasks for so many percent of the GPUs have arrived.',
    {
      columns,
      sign: 1,
      distance: 'points below the best',
      cell: (policy, column) => {
        const points = byPolicy.get(policy);
        if (!points || points.at(-1).x < column.load - 1) return undefined;
        const at = kind =>
          heightAt(
            points.map(point => [point.x, point[kind]]),
            column.load,
          );
        return {mean: at('mean'), least: at('least'), most: at('most')};
      },
    },
  );
}

/** What failed, or waited, by size of task. */
function sizeTable(field, title, note) {
  const columns = (runs[0].sizes ?? [])
    .map((size, k) => ({name: size.name, k}))
    .filter(
      column => runs.some(run => run.sizes[column.k].arrived > 0) && runs[0].sizes[column.k][field] !== undefined,
    );
  if (columns.length === 0) return null;
  const share = column => run =>
    run.sizes[column.k].arrived > 0 ? (100 * run.sizes[column.k][field]) / run.sizes[column.k].arrived : 0;
  for (const column of columns) column.under = number(overSeeds(policies[0], run => run.sizes[column.k].arrived).mean);
  return shadedTable(title, note + (against() ? ' Below, the difference to fgd, seed by seed.' : ''), {
    columns,
    under: 'tasks that arrived',
    sign: -1,
    distance: 'points above the best',
    cell: (policy, column) => overSeeds(policy, share(column)),
    difference: (policy, column) =>
      against() && policy !== against() ? paired(policy, against(), share(column)) : undefined,
  });
}

// ---- The whole report -----------------------------------------------------------------------------------------------

/** "fgd wastes least: it allocates 95.02 % of the GPUs; 309 of 6,212 GPUs are left unallocated at the end." */
function stayingClaim() {
  const best = policies[0];
  const tied = ofFirstRank();
  const left =
    `${number(best.unallocated)} of ${counted(Math.round(overSeeds(best, run => run.gpus).mean), 'GPU')} ` +
    `are left unallocated ${timed ? 'on average over time' : 'at the end'}.`;
  const part = percent(best.allocated.mean) + ' of the GPUs';
  if (policies.length === 1) return `${best.name} allocates ${part}: ${left}`;
  if (tied.length === policies.length) return `${someOfPolicies(tied.length)} allocate ${part}: ${left}`;
  if (tied.length > 3) return `${someOfPolicies(tied.length)} share the least waste, with ${part} allocated: ${left}`;
  if (tied.length > 1) return `${listed(tied.map(policy => policy.name))} waste least: each allocates ${part}; ${left}`;
  return `${best.name} wastes least: it allocates ${part}; ${left}`;
}

/** What the others leave unallocated; in a timeline, how long tasks wait; then the bound. */
function stayingDetails() {
  const sentences = [];
  const tied = ofFirstRank().length;
  const next = policies[tied];
  const last = policies.at(-1);
  if (timed) {
    const byWait = [...policies].sort((a, b) => a.meanWait - b.meanWait);
    const least = byWait[0];
    const most = byWait.at(-1);
    if (!(most.meanWait > 0)) sentences.push('No task waits.');
    else if (duration(least.meanWait) === duration(most.meanWait))
      sentences.push(
        `Tasks wait ${duration(most.meanWait)} on average${policies.length > 1 ? ', whatever the policy' : ''}.`,
      );
    else
      sentences.push(
        `Tasks wait least with ${least.name}, ${duration(least.meanWait)} on average, ` +
          `and longest with ${most.name}, ${duration(most.meanWait)}.`,
      );
  } else if (next === last && next) sentences.push(`${last.name} leaves ${number(last.unallocated)}.`);
  else if (next)
    sentences.push(
      `Next is ${next.name} with ${number(next.unallocated)} unallocated; ` +
        `${last.name} leaves most, ${number(last.unallocated)}.`,
    );
  if (bound !== undefined) sentences.push(`No policy could have allocated more than ${percent(bound.mean)}.`);
  return sentences.join(' ');
}

function stayingReport() {
  const load = runs[0].load;
  const rows = [
    rangeColumn(timed ? 'Mean allocated,\u00a0%' : 'Allocated,\u00a0%', 'allocated'),
    {...plainColumn('Unallocated GPUs', 'unallocated'), bar: unallocatedPart()},
  ];
  const waits = [
    plainColumn('Tasks that waited', 'waited'),
    plainColumn('Mean wait', 'meanWait', duration),
    plainColumn('Longest wait', 'longestWait', duration),
  ];
  const fragmented = {
    ...plainColumn('Fragmented,\u00a0%', 'fragmented', range => number(range.mean, 2)),
    value: policy => policy.fragmented.mean,
  };
  const note = timed
    ? 'Allocation is the mean over time. Waits are means over all tasks placed; tasks that never fit count as failed.'
    : 'At the end of the replay, most allocated first. A task that does not fit when it arrives fails.';
  return {
    headline:
      runs[0].gpus === 0
        ? ['The cluster has no GPUs, so nothing could be allocated.']
        : [stayingClaim(), stayingDetails()],
    arrivals: timed
      ? ['Arrivals', 'in recorded time']
      : load > 0
        ? ['Load', roundPercent(100 * load) + ' of the GPUs']
        : ['Arrivals', 'in the given order'],
    sections: () => [
      ...arrivalCurves(),
      ...timelineCurves(),
      nodeTimes(),
      sortableTable('Policies', note + seedsNote, [
        ...rows,
        ...(timed ? waits : [fragmented]),
        plainColumn('Failed tasks', 'failed'),
        rateColumn,
      ]),
      loadTable(),
      boundTable(),
      causesTable(),
      sizeTable(
        'failed',
        'Failed by size',
        'Percent of the tasks of that size that arrived: without GPUs, with a part of one, ' +
          'and with whole ones; tasks of 3 GPUs count with those of 4, of 5 and more with those of 8.',
      ),
      sizeTable(
        'waited',
        'Waited by size',
        'Percent of the tasks of that size that arrived and were placed later than that.',
      ),
      ...waitTables(),
      pairedTable(),
      gpuMap(),
    ],
  };
}

/** The part of a bar for what a policy leaves unallocated: the longest is that of the policy that leaves most. */
function unallocatedPart() {
  const most = Math.max(...policies.map(policy => policy.unallocated));
  return policy => (most > 0 ? Math.max(policy.unallocated / most, 0) : 0);
}
