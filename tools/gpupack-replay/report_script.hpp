// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace replay_program {

/// The page's script: the policy under the pointer stands out, and the GPUs at the end are drawn. The rest
/// of the page reads without it.
inline constexpr const char* report_script = R"js(
(() => {
  const marks = [...document.querySelectorAll('[data-policy]')];
  const chips = marks.filter(mark => mark.classList.contains('chip'));
  let pinned = null;
  const focus = policy => {
    document.body.classList.toggle('focusing', policy !== null);
    for (const mark of marks) mark.classList.toggle('on', mark.dataset.policy === policy);
  };
  const policyOf = target => target.closest?.('[data-policy]')?.dataset.policy ?? pinned;
  document.addEventListener('pointerover', event => focus(policyOf(event.target)));
  document.addEventListener('focusin', event => focus(policyOf(event.target)));
  document.addEventListener('focusout', () => focus(pinned));
  for (const chip of chips) chip.addEventListener('click', () => {
    pinned = pinned === chip.dataset.policy ? null : chip.dataset.policy;
    for (const each of chips) each.setAttribute('aria-pressed', each.dataset.policy === pinned);
    focus(pinned);
  });
})();

(() => {
  const text = document.getElementById('heat-data');
  if (!text) return;
  const data = JSON.parse(text.textContent);
  const card = document.getElementById('heat'), select = document.getElementById('heat-policy');
  const host = document.getElementById('heat-maps'), tip = document.getElementById('tip');
  const number = (value, digits = 0) =>
    value.toLocaleString('en', {minimumFractionDigits: digits, maximumFractionDigits: digits});
  const counted = (count, one) => number(count) + ' ' + one + (count === 1 ? '' : 's');
  card.hidden = false;

  const palette = () => {
    const style = getComputedStyle(document.documentElement);
    const stops = [0, 1, 2, 3, 4].map(i => {
      const hex = parseInt(style.getPropertyValue('--heat-' + i).trim().slice(1), 16);
      return [hex >> 16, hex >> 8 & 255, hex & 255];
    });
    return Array.from({length: 101}, (_, percent) => {
      const at = Math.min(3, Math.floor(percent / 25)), part = percent / 25 - at;
      return 'rgb(' + stops[at].map((from, k) => Math.round(from + part * (stops[at + 1][k] - from))) + ')';
    });
  };

  const modelsOf = map => {
    const layout = data.layouts[map.layout];
    const models = layout.models.map(name => ({name, nodes: [], gpus: 0, free: 0}));
    let at = 0;
    layout.names.forEach((name, i) => {
      const use = [];
      for (let k = 0; k < layout.gpus[i]; ++k, at += 2) use.push(parseInt(map.use.substr(at, 2), 16));
      if (!use.length) return;
      const free = use.reduce((sum, percent) => sum + 100 - percent, 0) / 100;
      const model = models[layout.model[i]];
      model.nodes.push({name, use, free});
      model.gpus += use.length;
      model.free += free;
    });
    for (const model of models) model.nodes.sort((a, b) => b.free - a.free);
    return models.filter(model => model.gpus).sort((a, b) => b.gpus - a.gpus);
  };

  const place = (model, width, cell) => {
    const gap = cell > 10 ? 2 : 1, step = cell + gap, pitch = step + (cell > 10 ? 4 : 2);
    const columns = Math.max(1, Math.floor((width + pitch - cell) / pitch));
    let top = 0;
    const rows = [];
    for (let from = 0; from < model.nodes.length; from += columns) {
      const nodes = model.nodes.slice(from, from + columns);
      const height = Math.max(...nodes.map(node => node.use.length)) * step;
      rows.push({nodes, top, height});
      top += height + 7;
    }
    return {rows, height: top - 7, cell, step, pitch};
  };

  const paint = (canvas, plan, width, colours) => {
    const ratio = window.devicePixelRatio || 1, pen = canvas.getContext('2d');
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(plan.height * ratio);
    canvas.style.height = plan.height + 'px';
    pen.scale(ratio, ratio);
    for (const row of plan.rows) row.nodes.forEach((node, i) => node.use.forEach((percent, k) => {
      pen.fillStyle = colours[percent];
      pen.fillRect(i * plan.pitch, row.top + k * plan.step, plan.cell, plan.cell);
    }));
  };

  const show = (event, canvas, plan, model) => {
    const box = canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    const row = plan.rows.find(each => y >= each.top && y < each.top + each.height);
    const node = row?.nodes[Math.floor(x / plan.pitch)], gpu = row && Math.floor((y - row.top) / plan.step);
    tip.hidden = !node || gpu >= node.use.length;
    if (tip.hidden) return;
    const title = document.createElement('b');
    title.textContent = node.name + ', GPU ' + gpu + ': ' + node.use[gpu] + ' % allocated';
    tip.replaceChildren(title, model.name + ', ' + number(node.free, 2) + ' of ' + node.use.length +
      ' GPUs free (' + node.use.map(percent => percent + ' %').join(', ') + ')');
    tip.style.left = Math.max(6, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 6)) + 'px';
    const below = event.clientY + 18;
    const fits = below + tip.offsetHeight < innerHeight;
    tip.style.top = (fits ? below : event.clientY - tip.offsetHeight - 12) + 'px';
  };

  const draw = () => {
    const models = modelsOf(data.maps[select.value]), colours = palette(), width = host.clientWidth;
    const total = models.reduce((sum, model) => sum + model.nodes.length, 0);
    const cell = total <= 60 ? 20 : total <= 320 ? 13 : 8, all = models.flatMap(model => model.nodes);
    const uses = all.flatMap(node => node.use), idle = uses.filter(use => use === 0).length;
    const full = uses.filter(use => use === 100).length;
    document.getElementById('heat-sum').textContent = number(full) + ' GPUs full, ' +
      number(uses.length - full - idle) + ' partly used, ' + number(idle) + ' idle';
    tip.hidden = true;
    host.replaceChildren(...models.map(model => {
      const part = document.createElement('div'), title = document.createElement('h3');
      const told = document.createElement('span'), canvas = document.createElement('canvas');
      const plan = place(model, width, cell);
      told.textContent = '\u2002' + counted(model.nodes.length, 'node') + ', ' +
        counted(model.gpus, 'GPU') + ', ' + number(model.free, 1) + ' unallocated (' +
        number(100 * model.free / model.gpus, 1) + ' %)';
      title.append(model.name, told);
      part.className = 'model';
      part.append(title, canvas);
      paint(canvas, plan, width, colours);
      for (const kind of ['pointermove', 'pointerdown'])
        canvas.addEventListener(kind, event => show(event, canvas, plan, model));
      canvas.addEventListener('pointerleave', () => { tip.hidden = true; });
      return part;
    }));
  };

  let width = 0;
  select.addEventListener('change', draw);
  matchMedia('(prefers-color-scheme:dark)').addEventListener('change', draw);
  addEventListener('scroll', () => { tip.hidden = true; }, {passive: true});
  addEventListener('resize', () => { if (host.clientWidth !== width) { width = host.clientWidth; draw(); } });
  draw();
  width = host.clientWidth;
})();
)js";

} // namespace replay_program
