// SPDX-License-Identifier: Apache-2.0
// What the report shows of workloads whose tasks come and go.

function visitTables() {
  const unit = runs[0].size_unit;
  const values = measure => policies.map(measure);
  const fast = policies.every(policy => policy.rates.mean >= 100);
  return [
    dotTable(
      'Accepted by size',
      `Percent of the ${unit} that were requested; dotted, the most that a cluster without fragmentation could take.`,
      [
        {
          heading: 'Accepted,\u00a0%',
          cap: 100,
          limit: bound.mean,
          limitName: 'at most ' + percent(bound.mean),
          values: values(policy => policy.size),
        },
      ],
    ),
    dotTable(
      'Tasks, GPUs and speed',
      'Active GPUs have something on them, as a mean over time: at the same acceptance, fewer are better. ' +
        'Speed depends on the machine.',
      [
        {heading: 'Accepted by number,\u00a0%', cap: 100, values: values(policy => policy.accepted)},
        {heading: 'Mean active GPUs', values: values(policy => policy.active)},
        {
          heading: 'Decisions a second, thousands',
          fromZero: true,
          digits: fast ? 0 : 2,
          values: values(policy => ({...policy.rates, mean: policy.rate / 1000})),
        },
      ],
    ),
    localityTable(),
    kindsTable(),
  ];
}

/** How close together tasks were placed; nothing where nothing is known of it. */
function localityTable() {
  const measures = [];
  const add = (heading, measure) =>
    measures.push({heading, cap: 100, values: policies.map(policy => overSeeds(policy, measure))});
  if (runs.some(run => run.multi_gpu_tasks > 0)) {
    add('On their best set,\u00a0%', run => run.on_best_set_percent);
    add('Mean link score,\u00a0%', run => run.link_score_percent);
  }
  const levels = Object.keys(runs.find(run => run.gangs_by_level)?.gangs_by_level ?? {});
  levels.slice(1, -1).forEach((level, i) =>
    add(`Gangs in one ${level},\u00a0%`, run => {
      const counts = levels.map(each => run.gangs_by_level?.[each] ?? 0);
      const all = sum(counts);
      return all > 0 ? (100 * sum(counts.slice(i + 1))) / all : undefined;
    }),
  );
  if (measures.length === 0) return null;
  return dotTable(
    'How close together',
    'Tasks of several GPUs on one node that got a set as good as the best of an empty node; their mean link score ' +
      'in percent of that best; and gangs whose members are all in one domain of a level.',
    measures,
  );
}

function kindsTable() {
  const came = k => sum(runs.map(run => run.kinds[k].came));
  const all = sum(runs[0].kinds.map((_, k) => came(k)));
  const columns = runs[0].kinds.map((kind, k) => ({name: kind.name, k, under: number((100 * came(k)) / all, 2)}));
  return shadedTable('Accepted by kind of task', 'Percent of the tasks of that kind, by number.', {
    columns,
    under: 'share of the tasks,\u00a0%',
    sign: 1,
    distance: 'points below the best',
    cell: (policy, column) =>
      overSeeds(policy, run =>
        run.kinds[column.k].came > 0 ? (100 * run.kinds[column.k].placed) / run.kinds[column.k].came : undefined,
      ),
  });
}

/** "mig-scarcity accepts most, 90.31 % of the compute slices requested; ..." */
function visitingClaim() {
  const tied = ofFirstRank();
  const part = percent(policies[0].size.mean);
  const names = listed(tied.map(policy => policy.name));
  const rest = `of the ${runs[0].size_unit} requested; without fragmentation, at most ${percent(bound.mean)} could be.`;
  if (policies.length === 1) return `${names} accepts ${part} ${rest}`;
  if (tied.length === policies.length) return `${someOfPolicies(tied.length)} accept ${part} ${rest}`;
  if (tied.length > 3) return `${someOfPolicies(tied.length)} accept most, ${part} ${rest}`;
  return `${names} ${tied.length > 1 ? 'accept' : 'accepts'} most, ${part} ${rest}`;
}

function visitingDetails() {
  const next = policies[ofFirstRank().length];
  const last = policies.at(-1);
  if (!next) return '';
  if (next === last) return `${last.name} accepts ${percent(last.size.mean)}.`;
  return (
    `Next is ${next.name} with ${percent(next.size.mean)}; ` + `${last.name} accepts least, ${percent(last.size.mean)}.`
  );
}

function visitsReport() {
  const note =
    'Most accepted by size first. A task that does not fit when it comes is refused. The first ten mean stays, while ' +
    'the cluster fills, are left out.';
  const columns = () => [
    rangeColumn('Accepted by size,\u00a0%', 'size'),
    rangeColumn('Accepted by number,\u00a0%', 'accepted'),
    {...rangeColumn('Mean active GPUs', 'active'), fewer: true},
    rateColumn,
  ];
  const came = runs.some(run => run.tasks > 0);
  return {
    headline: came ? [visitingClaim(), visitingDetails()] : ['No task came, so none was accepted.'],
    arrivals: ['Load', roundPercent(100 * runs[0].load) + ` of the capacity in ${runs[0].size_unit}`],
    sections: () => (came ? [sortableTable('Policies', note + seedsNote, columns()), ...visitTables(), ...waitTables()] : []),
  };
}
