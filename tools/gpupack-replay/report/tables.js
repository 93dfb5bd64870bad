// SPDX-License-Identifier: Apache-2.0
// Tables of policies: sorted, with dots and ranges, and shaded.

const nameCell = policy => html('th', {scope: 'row'}, swatch(policy), policy.name);

/** A column of a measure with its range over the seeds. */
function rangeColumn(name, field) {
  const text = value => number(value, 2);
  return {
    name,
    value: policy => policy[field].mean,
    text: policy => text(policy[field].mean),
    range: policy => policy[field],
    digits: text,
  };
}

/** A column of a plain number of which less is better. */
function plainColumn(name, field, text = value => number(value)) {
  return {name, value: policy => policy[field], text: policy => text(policy[field]), fewer: true};
}

const rateColumn = {name: 'Decisions a second', value: policy => policy.rate, text: policy => number(policy.rate)};

/**
 * The table of the policies, sorted by any column.
 *
 * columns: name, value of a policy, text of it, range of it (shown over several seeds), bar: a value from 0 to 1,
 * fewer: whether less is better.
 */
function sortableTable(title, note, columns) {
  const body = html('tbody');
  const heads = [];
  const rows = policies.map(policy => ({
    policy,
    row: html(
      'tr',
      {...styleOf(policy, policy.rank === 1 && policies.at(-1).rank > 1 ? 'best' : '')},
      html('td.rank', {title: policy.tied ? 'equal as printed' : undefined}, policy.rank + (policy.tied ? '=' : '')),
      nameCell(policy),
      columns.map(column => [
        html('td', column.text(policy)),
        column.range && several
          ? html('td.range', policy.runs.length > 1 ? rangeText(column.range(policy), column.digits) : '')
          : null,
        column.bar ? html('td.bar', html('i', {style: `width: ${(100 * column.bar(policy)).toFixed(1)}%`})) : null,
      ]),
    ),
  }));
  const sort = (head, value, down) => {
    for (const each of heads) each.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    rows.sort((a, b) => {
      const [x, y] = [value(a.policy), value(b.policy)];
      const order = typeof x === 'string' ? x.localeCompare(y) : x - y;
      return (down ? -order : order) || a.policy.index - b.policy.index;
    });
    body.replaceChildren(...rows.map(each => each.row));
  };
  const headOf = (name, value, downFirst, classes = '') => {
    const head = html(
      'th',
      {scope: 'col', class: classes},
      html(
        'button',
        {
          type: 'button',
          title: 'Sort by this column',
          click: () =>
            sort(
              head,
              value,
              head.getAttribute('aria-sort') ? head.getAttribute('aria-sort') === 'ascending' : downFirst,
            ),
        },
        name,
      ),
    );
    heads.push(head);
    return head;
  };
  const rankHead = headOf('Rank', policy => policy.index, false, 'rank');
  const header = html(
    'tr',
    rankHead,
    headOf('Policy', policy => policy.name, false),
    columns.map(column => [
      headOf(column.name, column.value, !column.fewer),
      column.range && several ? html('th', {scope: 'col', class: 'range'}, 'least' + dash + 'most') : null,
      column.bar ? html('td.bar') : null,
    ]),
  );
  sort(rankHead, policy => policy.index, false);
  return card(title, note, scrolling(title, html('table.policies', html('thead', header), body)));
}

/** An axis around the values of a measure, at least one unit wide so that noise does not look like much. */
function axisAround(measure) {
  const all = measure.values.filter(Boolean).flatMap(value => [value.least, value.most]);
  if (measure.limit) all.push(measure.limit);
  if (measure.zero || measure.fromZero) all.push(0);
  const least = Math.min(...all);
  const most = Math.max(...all);
  const span = Math.max(most - least, 1);
  const step = roundStep(span, 8);
  let from = Math.floor(least / step) * step,
    to = Math.max(Math.ceil(most / step) * step, from + span);
  if (measure.cap && to > measure.cap) {
    to = measure.cap;
    from = Math.min(from, measure.cap - span);
  }
  return {from, to, unit: measure.unit ?? '', at: value => (((value - from) / (to - from)) * 100).toFixed(2) + '%'};
}

/**
 * A row a policy, and for each measure a dot with the range over the seeds.
 *
 * measures: heading, values [policies], unit, digits, limit and limitName, zero: draw a line at 0, fromZero, cap, signs
 */
function dotTable(title, note, measures) {
  const panels = measures.map(measure => {
    const axis = axisAround(measure);
    return {
      ...measure,
      axis,
      ticks: ticks(axis, measures.length > 3 ? 2 : measures.length > 1 ? 3 : 8),
      text: value => (measure.signs ? signed(value, measure.digits ?? 2) : number(value, measure.digits ?? 2)),
    };
  });
  const vertical = (panel, value, classes) =>
    svg('line', {class: classes, x1: panel.axis.at(value), x2: panel.axis.at(value), y1: 0, y2: '100%'});
  const track = (panel, value) =>
    svg(
      'svg.track',
      {'aria-hidden': 'true'},
      panel.ticks.map(tick => vertical(panel, tick.value, 'gridline')),
      panel.zero ? vertical(panel, 0, 'zero') : null,
      panel.limit ? vertical(panel, panel.limit, 'limit') : null,
      value && value.most > value.least
        ? svg('line.whisker', {x1: panel.axis.at(value.least), x2: panel.axis.at(value.most), y1: '50%', y2: '50%'})
        : null,
      value ? svg('circle.dot', {cx: panel.axis.at(value.mean), cy: '50%', r: 4}) : null,
    );
  const rows = policies.map(policy =>
    html(
      'tr',
      styleOf(policy),
      nameCell(policy),
      panels.map(panel => {
        const value = panel.values[policy.index];
        const range = value && value.most > value.least ? `${rangeText(value, panel.text)} over seeds` : undefined;
        return [
          html('td.track-cell', {'data-label': panel.heading}, track(panel, value)),
          html('td.dot-value', {title: range}, value ? panel.text(value.mean) : dash),
        ];
      }),
    ),
  );
  const head = html(
    'tr',
    html('th', {scope: 'col'}, 'Policy'),
    panels.map(panel => html('th', {scope: 'col', colspan: 2}, panel.heading)),
  );
  const beside = (classes, texts) =>
    html(
      'tr',
      {class: classes, 'aria-hidden': 'true'},
      html('td'),
      panels.map(panel => [html('td.track-cell', html('div', texts(panel))), html('td')]),
    );
  const limits = panels.some(panel => panel.limit)
    ? beside('limits', panel => {
        const at = panel.limit && panel.axis.at(panel.limit); // moved left by as much of its own width: never cut
        return panel.limit ? html('span', {style: `left: ${at}; transform: translateX(-${at})`}, panel.limitName) : [];
      })
    : null;
  const axes = beside('ticks', panel =>
    panel.ticks.map(tick => html('span', {style: `left: ${panel.axis.at(tick.value)}`}, tick.text)),
  );
  return card(
    title,
    note + (several ? ' Lines are the range over the seeds.' : ''),
    html(
      'table',
      {class: 'dots' + (panels.length > 1 ? ' panels' : '')},
      html('thead', head, limits),
      html('tbody', rows),
      html('tfoot', axes),
    ),
  );
}

// ---- Shaded tables --------------------------------------------------------------------------------------------------

/** Colours from calm (0) to hot (1), from the style sheet. */
function ramp() {
  const style = getComputedStyle(document.documentElement);
  const stops = [0, 1, 2, 3, 4].map(i => {
    const hex = parseInt(
      style
        .getPropertyValue('--heat-' + i)
        .trim()
        .slice(1),
      16,
    );
    return [hex >> 16, (hex >> 8) & 255, hex & 255];
  });
  return part => {
    const place = Math.min(Math.max(part, 0), 1) * 4;
    const below = Math.min(3, Math.floor(place));
    const rgb = stops[below].map((from, k) => Math.round(from + (place - below) * (stops[below + 1][k] - from)));
    const light = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] > 140;
    return {colour: `rgb(${rgb.join(' ')})`, ink: light ? '#16202b' : '#fff'};
  };
}

/** Paints elements by their data-part, now and when the theme changes. */
function shade(root) {
  const paint = () => {
    const at = ramp();
    for (const each of root.querySelectorAll('[data-part]')) {
      const {colour, ink} = at(Number(each.dataset.part));
      each.style.background = colour;
      each.style.color = ink;
    }
  };
  paint();
  dark.addEventListener('change', paint);
  return root;
}

/**
 * Policies by columns, each cell shaded by how far it is from the best of its column. The farthest of the table has the
 * last colour; the root tells small distances apart.
 *
 * table: columns {name, under}, under: what that second line is, cell(policy, column): a range or undefined, sign: 1
 * where more is better, distance: what the shades mean, difference(policy, column): a range, or nothing
 */
function shadedTable(title, note, table) {
  const cells = policies.map(policy => table.columns.map(column => table.cell(policy, column)));
  const bests = table.columns.map((_, k) =>
    Math.max(...cells.map(row => (row[k] ? table.sign * row[k].mean : -Infinity))),
  );
  const distance = (i, k) => bests[k] - table.sign * cells[i][k].mean;
  const farthest = Math.max(0.005, ...cells.flatMap((row, i) => row.map((cell, k) => (cell ? distance(i, k) : 0))));
  const rows = policies.map((policy, i) =>
    html(
      'tr',
      styleOf(policy),
      nameCell(policy),
      table.columns.map((column, k) => {
        const cell = cells[i][k];
        if (!cell) return html('td', dash);
        const range = cell.most > cell.least ? `${rangeText(cell, percent)} over seeds` : undefined;
        const difference = table.difference?.(policy, column);
        return html(
          'td',
          {'data-part': Math.sqrt(distance(i, k) / farthest).toFixed(3), title: range},
          number(cell.mean, 2),
          difference
            ? html(
                'small',
                {title: `${rangeText(difference, signed)} against fgd, seed by seed`},
                signed(difference.mean),
              )
            : null,
        );
      }),
    ),
  );
  const under = table.columns.some(column => column.under !== undefined)
    ? html(
        'tr.under',
        html('th', {scope: 'row'}, table.under),
        table.columns.map(column => html('td', column.under ?? '')),
      )
    : null;
  const key =
    policies.length === 1
      ? null
      : html(
          'div.shades',
          {'aria-hidden': 'true'},
          table.distance,
          [0, 0.25, 0.5, 0.75, 1].map(part => html('i', {'data-part': part}, number(part * part * farthest, 2))),
        );
  return shade(
    card(
      title,
      note,
      key,
      scrolling(
        title,
        html(
          'table.shaded',
          html(
            'thead',
            html(
              'tr',
              html('th', {scope: 'col'}, 'Policy'),
              table.columns.map(column => html('th', {scope: 'col'}, column.name)),
            ),
            under,
          ),
          html('tbody', rows),
        ),
      ),
    ),
  );
}
