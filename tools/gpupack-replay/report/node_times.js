// SPDX-License-Identifier: Apache-2.0
// Which nodes were in use when: a row of nodes, a column of time, as a Gantt chart of the cluster.

/** The names of the nodes in a row. */
function rowName(map, row) {
  const names = meta.nodes?.names ?? [];
  const first = row * map.nodes_in_row;
  const last = Math.min(first + map.nodes_in_row, names.length) - 1;
  if (last < first) return 'row ' + (row + 1);
  return first === last ? names[first] : names[first] + ' to ' + names[last];
}

/** Times at which the axis has a label: at most as many as there is room for, at round distances. */
function timeTicks(end, most) {
  const unit = end >= 3 * 86400 ? 86400 : end >= 2 * 3600 ? 3600 : 60;
  const name = unit === 86400 ? 'days' : unit === 3600 ? 'hours' : 'minutes';
  let step = 1;
  for (const next of [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]) {
    if (end / unit / step <= most) break;
    step = next;
  }
  const times = [];
  for (let at = 0; at * unit <= end; at += step) times.push(at * unit);
  return {times, text: time => number(time / unit), name};
}

/** The use of all nodes over recorded time, for one policy at a time; nothing where it is not known. */
function nodeTimes() {
  const maps = policies
    .map(policy => runs.find(run => run.policy === policy.name && run.nodes_over_time?.percent.length > 0))
    .filter(Boolean);
  if (maps.length === 0) return null;
  const select = html(
    'select',
    {change: () => draw()},
    maps.map((run, i) => html('option', {value: i}, `${run.policy} (seed ${run.seed})`)),
  );
  const host = html('div');
  const key = html(
    'div.heat-key',
    {'aria-hidden': 'true'},
    'in use:',
    [0, 0.25, 0.5, 0.75, 1].map(part => html('i', {'data-part': part}, number(100 * part) + thin + '%')),
  );
  let width = 0;
  const draw = () => {
    hideTip();
    if (width > 0) host.replaceChildren(drawNodeTimes(maps[Number(select.value) || 0], width));
  };
  whenResized(host, now => {
    width = now;
    draw();
  });
  dark.addEventListener('change', () => draw());
  const each = maps[0].nodes_over_time.nodes_in_row;
  return shade(
    card(
      'Nodes over time',
      (each === 1 ? 'A row is a node' : `A row is ${each} nodes that follow each other in the cluster`) +
        '; the colour says how much of its GPUs was in use.',
      html('div.heat-head', html('label', 'Policy ', select), key),
      host,
    ),
  );
}

function drawNodeTimes(run, width) {
  const map = run.nodes_over_time;
  const rows = map.percent.length;
  const times = run.timeline.map(point => point[0]);
  const end = times.at(-1) || 1;
  const step = Math.max(3, Math.min(16, Math.floor(480 / rows)));
  const gap = step > 6 ? 1 : 0;
  const canvas = html('canvas', {
    role: 'img',
    'aria-label': `${run.policy}: ${counted(rows, 'row')} of nodes over ${duration(end)}`,
  });
  const ratio = window.devicePixelRatio || 1;
  const context = canvas.getContext('2d');
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(rows * step * ratio);
  context.scale(ratio, ratio);
  const at = ramp();
  const colours = Array.from({length: 101}, (_, used) => at(used / 100).colour);
  const x = time => (time / end) * width;
  map.percent.forEach((uses, row) =>
    uses.forEach((used, i) => {
      const right = i + 1 < times.length ? x(times[i + 1]) : width;
      context.fillStyle = colours[Math.min(Math.max(used, 0), 100)];
      context.fillRect(x(times[i]), row * step, Math.max(right - x(times[i]), 0) + 0.5, step - gap);
    }),
  );
  const ticks = timeTicks(end, Math.max(2, Math.floor(width / 90)));
  const labels = ticks.times.map((time, i) => {
    const label = ticks.text(time) + (i === 0 ? ' ' + ticks.name : '');
    return html('span', {style: `left: ${Math.min(x(time), width - textWidth(label)).toFixed(1)}px`}, label);
  });
  const tell = event => {
    const box = canvas.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top) / step);
    if (row < 0 || row >= rows) return hideTip();
    const time = ((event.clientX - box.left) / width) * end;
    const after = times.findIndex(each => each > time);
    const i = after < 0 ? times.length - 1 : Math.max(after - 1, 0);
    const waiting = run.timeline[i][3];
    showTip(event, [
      html('b', `${rowName(map, row)}: ${map.percent[row][i]}${thin}% in use`),
      `after ${duration(times[i])}, ${counted(waiting, 'task')} waiting`,
    ]);
  };
  for (const kind of ['pointermove', 'pointerdown']) canvas.addEventListener(kind, tell);
  canvas.addEventListener('pointerleave', hideTip);
  return html('div', canvas, html('div.time-axis', labels));
}
