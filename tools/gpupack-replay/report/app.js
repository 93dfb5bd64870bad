// SPDX-License-Identifier: Apache-2.0
// The page: from the two JSON texts in it to a headline, what was run, and the sections of the report.

/** What was run: names and values. */
function facts(arrivals) {
  const span = field => {
    const range = rangeOf(runs.map(run => run[field]));
    return range.least === range.most ? number(range.least) : rangeText(range, value => number(value));
  };
  const seeds = [...new Set(runs.map(run => run.seed))].sort((a, b) => a - b);
  const consecutive = seeds.length > 2 && seeds.at(-1) - seeds[0] === seeds.length - 1;
  const rows = [
    ['Workload', [...new Set(runs.map(run => run.workload))].join(', ')],
    ['Nodes', span('nodes')],
    ['GPUs', span('gpus')],
    ['Tasks', span('tasks')],
    arrivals,
    [seeds.length > 1 ? 'Seeds' : 'Seed', consecutive ? seeds[0] + dash + seeds.at(-1) : seeds.join(', ')],
    ['Policies', number(policies.length)],
    ['Engine', [...new Set(runs.map(run => run.engine))].join(', ')],
    ['Program', meta.program],
  ];
  return html(
    'dl.facts',
    rows.map(([name, value]) => html('div', html('dt', name), html('dd', value))),
  );
}

function draw() {
  const page = document.getElementById('page');
  if (runs.length === 0) return page.append(html('p.headline', 'Nothing was run.'));
  emphasiseAtFirst();
  const report = comeAndGo ? visitsReport() : stayingReport();
  const [claim, details] = report.headline;
  const sections = report.sections().filter(Boolean);
  document.title = `gpupack replay: ${runs[0].workload}`;
  page.append(
    html('p.headline', claim, details ? html('small', details) : null),
    facts(report.arrivals),
    html('pre.command', {'aria-label': 'the command of this report', tabindex: 0}, meta.command),
  );
  if (sections.length > 0 && policies.length > 1) page.append(legend());
  const ran = policies.length === 1 ? '1 policy' : number(policies.length) + ' policies';
  page.append(...sections, html('footer', `${counted(runs.length, 'run')} of ${ran}.`));
  followPointer();
  addEventListener('scroll', hideTip, {passive: true});
  document.documentElement.dataset.drawn = sections.length;
}

try {
  draw();
} catch (error) {
  const problem = document.getElementById('problem');
  problem.hidden = false;
  problem.textContent = 'This report could not be drawn: ' + error.message;
  throw error;
}
