// SPDX-License-Identifier: Apache-2.0
// Figures of curves, drawn to the width that they have.

/** One series a policy; `lineOf` gives the [x, y] points of a run. */
function series(lineOf) {
  const made = [];
  for (const policy of policies) {
    const lines = policy.runs.map(lineOf).filter(line => line?.length > 0);
    if (lines.length > 0) made.push({policy, points: lineOverSeeds(lines), band: lines.length > 1});
  }
  return made;
}

const lastPoint = line => line.points.at(-1);
const lastX = all => Math.max(...all.map(line => lastPoint(line).x));
const highest = all => Math.max(...all.flatMap(line => line.points.map(point => point.most)));
const bandNote = all =>
  all.some(line => line.band) ? ' Lines are means over the seeds, bands reach from the least to the most.' : '';

/** Moves ascending heights apart by at least `gap`, each as little as their order allows. */
function spaced(heights, gap, top, bottom) {
  const blocks = [];
  heights.forEach((height, i) => {
    blocks.push({sum: height - gap * i, count: 1});
    while (blocks.length > 1) {
      const [before, last] = blocks.slice(-2);
      if (before.sum / before.count <= last.sum / last.count) break;
      blocks.splice(-2, 2, {sum: before.sum + last.sum, count: before.count + last.count});
    }
  });
  const lowest = Math.max(top, bottom - gap * (heights.length - 1));
  return blocks
    .flatMap(block => Array(block.count).fill(Math.min(Math.max(block.sum / block.count, top), lowest)))
    .map((base, i) => base + gap * i);
}

/**
 * A figure of curves, drawn to the width that it has.
 *
 * plot: title, note, series, x and y {label, unit, from, to}, digits of the values; reference {points, name}: a dotted
 * line; ends: whether each line is labelled where it ends.
 */
function curves(plot) {
  const box = html('div.plot');
  const key = html('ul.key');
  let width = 0;
  const draw = () => {
    const out = plot.series.filter(line => emphasised.has(line.policy.index));
    const labelled = plot.ends && width >= 680 && out.length > 0;
    box.replaceChildren(drawCurves(plot, out, width, labelled));
    key.replaceChildren(
      ...(labelled
        ? []
        : out.map(line =>
            html(
              'li',
              styleOf(line.policy, 'entry'),
              swatch(line.policy),
              line.policy.name,
              plot.ends ? html('b', number(lastPoint(line).mean, plot.digits) + plot.y.unit) : null,
            ),
          )),
      ...(plot.reference
        ? [
            html(
              'li.entry',
              svg('svg.swatch', {viewBox: '0 0 26 8', 'aria-hidden': 'true'}, svg('path.reference', {d: 'M1 4H25'})),
              plot.reference.name,
            ),
          ]
        : []),
    );
  };
  redraws.push(() => draw());
  whenResized(box, now => {
    width = now;
    draw();
  });
  return card(plot.title, plot.note, box, key);
}

function drawCurves(plot, out, width, labelled) {
  const values = line => number(lastPoint(line).mean, plot.digits);
  const valueWidth = labelled ? Math.max(...out.map(line => textWidth(values(line)))) : 0;
  const nameWidth = labelled ? Math.max(...out.map(line => textWidth(line.policy.name))) : 0;
  const height = labelled ? Math.max(440, 17 * out.length + 90) : Math.min(400, Math.max(280, width * 0.62));
  const yTicks = ticks(plot.y, 6);
  const left = 12 + Math.max(...yTicks.map(tick => textWidth(tick.text)));
  const right = width - (labelled ? 40 + valueWidth + nameWidth : 12);
  const top = 32;
  const bottom = height - 48;
  const x = value => left + ((value - plot.x.from) / (plot.x.to - plot.x.from)) * (right - left);
  const y = value => bottom - ((value - plot.y.from) / (plot.y.to - plot.y.from)) * (bottom - top);
  const place = (vx, vy) => x(vx).toFixed(1) + ' ' + y(vy).toFixed(1);
  const path = points => 'M' + points.join('L');

  const drawing = svg('svg', {
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-label': plot.title + '. ' + plot.summary,
  });
  drawing.append(
    drawAxes(plot, {x, y, left, right, top, bottom, yTicks, width, xParts: Math.min(8, Math.floor(width / 80))}),
  );
  const clip = svg('svg', {
    x: left,
    y: top - 5,
    width: right - left + 5,
    height: bottom - top + 5,
    viewBox: `${left} ${top - 5} ${right - left + 5} ${bottom - top + 5}`,
  });
  if (plot.reference)
    clip.append(svg('path.reference', {d: path(plot.reference.points.map(([vx, vy]) => place(vx, vy)))}));
  const faint = plot.series.filter(line => !out.includes(line));
  for (const line of [...faint, ...[...out].reverse()]) clip.append(drawSeries(plot, line, {place, path}));
  drawing.append(clip);
  if (labelled) drawing.append(drawEndLabels(plot, out, {x, y, right, top, bottom, valueWidth}));
  addReadout(drawing, plot, out, {left, right, top, bottom, width});
  return drawing;
}

function drawAxes(plot, frame) {
  const {x, y, left, right, top, bottom} = frame;
  const xTicks = ticks(plot.x, frame.xParts);
  return svg(
    'g',
    svg(
      'g.grid',
      frame.yTicks.map(tick => svg('path', {d: `M${left} ${y(tick.value)}H${right}`})),
      xTicks.map(tick => svg('path', {d: `M${x(tick.value)} ${top}V${bottom}`})),
    ),
    svg('path.axis', {d: `M${left} ${bottom}H${right}`}),
    frame.yTicks.map(tick =>
      svg('text', {x: left - 8, y: y(tick.value), dy: '.35em', 'text-anchor': 'end'}, tick.text),
    ),
    xTicks.map(tick => {
      const half = textWidth(tick.text) / 2;
      return svg(
        'text',
        {x: Math.min(x(tick.value), frame.width - half), y: bottom + 19, 'text-anchor': 'middle'},
        tick.text,
      );
    }),
    svg('text', {x: right, y: bottom + 39, 'text-anchor': 'end'}, plot.x.label),
    svg('text', {x: 2, y: top - 14}, plot.y.label),
  );
}

function drawSeries(plot, line, {place, path}) {
  const group = svg('g', styleOf(line.policy, 'series'));
  const mean = line.points.map(point => place(point.x, point.mean));
  const last = lastPoint(line);
  if (line.band && mean.length > 1)
    group.append(
      svg('path.band', {
        d:
          path([
            ...line.points.map(point => place(point.x, point.most)),
            ...[...line.points].reverse().map(point => place(point.x, point.least)),
          ]) + 'Z',
      }),
    );
  if (mean.length > 1) group.append(svg('path.line', {d: path(mean)}));
  if (plot.ends || mean.length === 1) {
    const [cx, cy] = mean.at(-1).split(' ');
    group.append(svg('circle.dot', {cx, cy, r: 3.2}));
  }
  const text = number(last.mean, plot.digits) + plot.y.unit;
  const range = line.band ? ` (${rangeText(last, value => number(value, plot.digits))} over seeds)` : '';
  group.append(svg('path.hit', {d: path(mean)}, svg('title', `${line.policy.name}: ${text}${range} at the end`)));
  return group;
}

/** Names and values where the lines end; a value that several lines share is written once. */
function drawEndLabels(plot, out, {x, y, right, top, bottom, valueWidth}) {
  const ends = out
    .map(line => ({
      line,
      value: number(lastPoint(line).mean, plot.digits),
      height: Math.min(Math.max(y(lastPoint(line).mean), top), bottom),
    }))
    .sort((a, b) => a.height - b.height);
  const places = spaced(
    ends.map(end => end.height),
    17,
    top,
    bottom,
  );
  return svg(
    'g',
    ends.map((end, i) => {
      const from = x(lastPoint(end.line).x) + 5;
      const shared = i > 0 && ends[i - 1].value === end.value;
      return svg(
        'g',
        styleOf(end.line.policy, 'label'),
        svg('path.leader', {d: `M${from} ${end.height}L${right + 18} ${places[i]}L${right + 23} ${places[i]}`}),
        shared
          ? null
          : svg('text.value', {x: right + 27 + valueWidth, y: places[i], dy: '.35em', 'text-anchor': 'end'}, end.value),
        svg('text', {x: right + 34 + valueWidth, y: places[i], dy: '.35em'}, end.line.policy.name),
      );
    }),
  );
}

/** Under the pointer: a line across, and the values there. */
function addReadout(drawing, plot, out, {left, right, top, bottom, width}) {
  const cross = svg('path.cross', {hidden: true});
  drawing.append(cross);
  drawing.addEventListener('pointermove', event => {
    const box = drawing.getBoundingClientRect();
    const px = ((event.clientX - box.left) * width) / box.width;
    if (px < left || px > right) return hide();
    const at = plot.x.from + ((px - left) / (right - left)) * (plot.x.to - plot.x.from);
    cross.setAttribute('d', `M${px} ${top}V${bottom}`);
    cross.removeAttribute('hidden');
    const rows = out
      .map(line => ({
        line,
        value: heightAt(
          line.points.map(point => [point.x, point.mean]),
          at,
        ),
      }))
      .sort((a, b) => b.value - a.value);
    showTip(event, [
      html('b', plot.x.label + ': ' + number(at, 1) + plot.x.unit),
      ...rows.map(({line, value}) =>
        html('div.tip-row', swatch(line.policy), line.policy.name, html('b', number(value, plot.digits) + plot.y.unit)),
      ),
    ]);
  });
  const hide = () => {
    cross.setAttribute('hidden', '');
    hideTip();
  };
  drawing.addEventListener('pointerleave', hide);
}
