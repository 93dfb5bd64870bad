// SPDX-License-Identifier: Apache-2.0
// A map of every GPU at the end.

/** The nodes of each model, those with most free compute first. */
function nodesByModel(percents) {
  const models = new Map();
  let at = 0;
  meta.nodes.names.forEach((name, i) => {
    const use = percents.slice(at, (at += meta.nodes.gpus[i]));
    if (use.length === 0) return;
    const key = meta.nodes.models[i] || 'GPU';
    if (!models.has(key)) models.set(key, {name: key, nodes: [], gpus: 0, free: 0});
    const model = models.get(key);
    const free = sum(use.map(used => 100 - used)) / 100;
    model.nodes.push({name, use, free});
    model.gpus += use.length;
    model.free += free;
  });
  for (const model of models.values()) model.nodes.sort((a, b) => b.free - a.free);
  return [...models.values()].sort((a, b) => b.gpus - a.gpus);
}

/** Where the nodes of a model stand: columns of cells, in as many rows as the width asks for. */
function layOut(model, width, cell) {
  const gap = cell > 10 ? 2 : 1;
  const step = cell + gap;
  const pitch = step + (cell > 10 ? 4 : 2);
  const columns = Math.max(1, Math.floor((width + pitch - cell) / pitch));
  const rows = [];
  let top = 0;
  for (let first = 0; first < model.nodes.length; first += columns) {
    const nodes = model.nodes.slice(first, first + columns);
    const height = Math.max(...nodes.map(node => node.use.length)) * step;
    rows.push({nodes, top, height});
    top += height + 7;
  }
  return {rows, height: top - 7, cell, step, pitch};
}

/** A map of every GPU: the hotter, the more of it is free. */
function gpuMap() {
  const maps = (meta.use ?? [])
    .filter(map => map.percent.length > 0)
    .sort((a, b) => policies.findIndex(p => p.name === a.policy) - policies.findIndex(p => p.name === b.policy));
  if (maps.length === 0) return null;
  const emptiest = Math.max(
    1,
    100 - maps.reduce((least, map) => map.percent.reduce((a, b) => Math.min(a, b), least), 100),
  );
  const part = free => Math.sqrt(free / emptiest); // the root tells a tenth of a GPU from none
  const select = html(
    'select',
    {change: () => draw()},
    maps.map((map, i) => html('option', {value: i}, `${map.policy} (seed ${map.seed})`)),
  );
  const total = html('p.heat-total', {role: 'status'});
  const host = html('div');
  const key = html(
    'div.heat-key',
    {'aria-hidden': 'true'},
    'free:',
    [0, 0.25, 0.5, 0.75, 1].map(root => html('i', {'data-part': root}, number(root * root * emptiest) + thin + '%')),
  );
  let width = 0;
  const draw = () => {
    const models = nodesByModel(maps[Number(select.value) || 0].percent);
    const at = ramp();
    const colours = Array.from({length: 101}, (_, used) => at(part(100 - used)).colour);
    const nodes = sum(models.map(model => model.nodes.length));
    const cell = nodes <= 60 ? 20 : nodes <= 320 ? 13 : 8;
    const uses = models.flatMap(model => model.nodes.flatMap(node => node.use));
    const full = uses.filter(used => used >= 100).length;
    const idle = uses.filter(used => used <= 0).length;
    const partly = uses.length - full - idle;
    total.textContent = `${counted(full, 'GPU')} full, ${number(partly)} partly used, ${number(idle)} idle`;
    hideTip();
    host.replaceChildren(...models.map(model => drawModel(model, layOut(model, width, cell), width, colours)));
  };
  whenResized(host, now => {
    width = now;
    draw();
  });
  dark.addEventListener('change', () => draw());
  return shade(
    card(
      'Every GPU at the end',
      'A column of cells is a node, a cell one of its GPUs; the colour says how much of it is free. ' +
        'Within a model, nodes with most free compute come first.',
      html('div.heat-head', html('label', 'Policy ', select), key, total),
      host,
    ),
  );
}

function drawModel(model, plan, width, colours) {
  const canvas = html('canvas', {
    role: 'img',
    'aria-label': `${model.name}: ${number(model.free, 1)} of ${counted(model.gpus, 'GPU')} unallocated`,
  });
  const ratio = window.devicePixelRatio || 1;
  const context = canvas.getContext('2d');
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(plan.height * ratio);
  context.scale(ratio, ratio);
  for (const row of plan.rows)
    row.nodes.forEach((node, i) =>
      node.use.forEach((used, k) => {
        context.fillStyle = colours[Math.min(Math.max(used, 0), 100)];
        context.fillRect(i * plan.pitch, row.top + k * plan.step, plan.cell, plan.cell);
      }),
    );
  const tell = event => {
    const box = canvas.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const row = plan.rows.find(each => y >= each.top && y < each.top + each.height);
    const node = row?.nodes[Math.floor(x / plan.pitch)];
    const gpu = row ? Math.floor((y - row.top) / plan.step) : 0;
    if (!node || gpu >= node.use.length) return hideTip();
    showTip(event, [
      html('b', `${node.name}, GPU ${gpu}: ${node.use[gpu]}${thin}% allocated`),
      `${model.name}, ${number(node.free, 2)} of ${counted(node.use.length, 'GPU')} free`,
    ]);
  };
  for (const kind of ['pointermove', 'pointerdown']) canvas.addEventListener(kind, tell);
  canvas.addEventListener('pointerleave', hideTip);
  return html(
    'div.model',
    html(
      'h3',
      model.name,
      html(
        'span',
        ` ${counted(model.nodes.length, 'node')}, ${counted(model.gpus, 'GPU')}, ` +
          `${number(model.free, 1)} unallocated (${percent((100 * model.free) / model.gpus)})`,
      ),
    ),
    canvas,
  );
}
