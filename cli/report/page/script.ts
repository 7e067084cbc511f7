/** All that the script does: it shows the filters, and hides what they leave out. Without it everything is there. */
export const SCRIPT = `
'use strict';
for (const filter of document.querySelectorAll('.filter')) {
  const rows = [...document.querySelectorAll(filter.dataset.rows)].map((row) => ({ row, text: row.textContent.toLowerCase() }));
  const words = filter.querySelector('input');
  const verdict = filter.querySelector('select');
  const told = filter.querySelector('output');
  const apply = () => {
    const wanted = words.value.toLowerCase().split(/\\s+/).filter((word) => word !== '');
    let count = 0;
    for (const { row, text } of rows) {
      const verdicts = (row.dataset.v || '').split(' ');
      const fits = (verdict.value === '' || verdicts.includes(verdict.value)) && wanted.every((word) => text.includes(word));
      row.hidden = !fits;
      if (fits) count++;
    }
    told.textContent = count + ' of ' + rows.length + ' shown';
  };
  words.addEventListener('input', apply);
  verdict.addEventListener('change', apply);
  filter.hidden = false;
  apply();
}
`;
