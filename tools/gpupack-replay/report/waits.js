// SPDX-License-Identifier: Apache-2.0
// How long tasks waited, and what the GPUs did meanwhile.

const hasWaits = () => runs.some(run => run.waits !== undefined);

/** A column of a mean over the runs of a policy, of which less is better. */
function meanColumn(name, measure, text) {
  const value = policy => overSeeds(policy, measure)?.mean ?? 0;
  return {name, value, text: policy => text(value(policy)), fewer: true};
}

/** Tables of waits, of waits by size, and of GPU time; times are mean stays where tasks come and go. */
function waitTables() {
  if (!hasWaits()) return [];
  const unit = comeAndGo ? 'stays' : 'seconds';
  const gpuUnit = comeAndGo ? 'stays' : 'hours';
  const time = comeAndGo ? value => number(value, 3) : duration;
  const hours = value => number(value, comeAndGo ? 1 : 0);
  const waited = (what, waits) => run => waits(run)?.[`${what}_wait_${unit}`] ?? 0;
  const all = run => run.waits;
  const ofSize = name => run => run.waits_by_size.find(each => each.name === name);
  const sizes = runs[0].waits_by_size.map(each => each.name).filter(name => runs.some(run => ofSize(name)(run).started));
  const gpuTime = (name, field) => meanColumn(name, field, hours);
  const inStays = comeAndGo ? ' Times are in mean stays.' : '';
  return [
    sortableTable(
      'Waits',
      'Of tasks that started. Slowdown is the time from arrival to end over the time from start to end.' + inStays,
      [
        meanColumn('Mean', waited('mean', all), time),
        meanColumn('Median', waited('median', all), time),
        meanColumn('95\u00a0%', waited('p95', all), time),
        meanColumn('Longest', waited('longest', all), time),
        meanColumn(
          'Slowdown',
          run => run.waits?.mean_slowdown ?? 0,
          value => number(value, 2),
        ),
      ],
    ),
    sortableTable(
      'Mean wait by size',
      'Tasks of 3 GPUs count with those of 4, of 5 and more with those of 8.' + inStays,
      sizes.map(name => meanColumn(name, waited('mean', ofSize(name)), time)),
    ),
    sortableTable(
      'GPU ' + (comeAndGo ? 'time' : 'hours'),
      'Until the last task has left: used, idle while some task waited, idle while none did, and lost to tasks that were ended for others.',
      [
        gpuTime('Used', run => run[`used_gpu_${gpuUnit}`]),
        gpuTime('Idle, tasks wait', run => run[`idle_gpu_${gpuUnit}`]?.while_tasks_wait),
        gpuTime('Idle, none does', run => run[`idle_gpu_${gpuUnit}`]?.without_demand),
        gpuTime('Lost', run => run[`lost_gpu_${gpuUnit}`]),
        meanColumn('Evictions', run => run.evictions, value => number(value)),
        meanColumn('Moves', run => run.moves, value => number(value)),
        meanColumn(
          'Allocated,\u00a0%',
          run => run.whole_mean_allocated_gpu_percent,
          value => number(value, 2),
        ),
      ],
    ),
  ];
}
