// The script of the report, for those who let it run: a search in the timeline. The page is whole without it.

export const script = `
'use strict';
(() => {
  const filter = document.getElementById('timeline-filter');
  if (!filter) return;
  filter.hidden = false;
  const search = document.getElementById('search');
  const result = document.getElementById('search-result');
  const boxes = [...filter.querySelectorAll('input[type=checkbox]')];
  const rows = [...document.querySelectorAll('#rows tbody tr')].map((row) => ({ row, kind: row.dataset.kind, text: row.textContent.toLowerCase() }));
  const apply = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter((word) => word !== '');
    const kinds = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let shown = 0;
    for (const { row, kind, text } of rows) {
      const fits = kinds.has(kind) && words.every((word) => text.includes(word));
      row.hidden = !fits;
      if (fits) shown += 1;
    }
    result.textContent = shown === rows.length ? '' : shown + ' of ' + rows.length + ' rows';
  };
  search.addEventListener('input', apply);
  for (const box of boxes) box.addEventListener('change', apply);
})();
`
