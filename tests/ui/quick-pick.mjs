/** The open picker row by row: names, sections, the buttons in its title. */
const PICKER = ".quick-input-widget:visible";
const ROWS = `${PICKER} .quick-input-list .monaco-list-row`;

/** The names of the rows in sight; none while the picker is empty. */
export function names(page) {
  return page.locator(`${ROWS} .quick-input-list-row:first-child .label-name`).allInnerTexts();
}

/** A button in the title. */
export function titleButton(page, name) {
  return page.locator(`${PICKER} .quick-input-titlebar`).getByRole("button", { name });
}

/** The row that Enter takes. */
export function activeRow(page) {
  return page.locator(`${ROWS}.focused`);
}

/**
 * Every row, also those that are scrolled away, with the section that it begins and what a screen reader says. Goes
 * through the list as a person does who presses Page Down.
 */
export async function entries(page) {
  const found = new Map();
  const collect = async () => {
    const inSight = await page.locator(ROWS).evaluateAll((rows) =>
      rows.map((row) => {
        const section = row.querySelector(".quick-input-list-separator");
        return {
          index: Number(row.dataset.index),
          section: section?.checkVisibility() ? section.textContent : "",
          label: row.getAttribute("aria-label"),
        };
      }),
    );
    inSight.forEach((entry) => found.set(entry.index, entry));
  };
  const active = () => activeRow(page).getAttribute("data-index");
  let before;
  let now = await active();
  while (now !== before) {
    await collect();
    await page.keyboard.press("PageDown");
    await page.waitForTimeout(200);
    await collect();
    [before, now] = [now, await active()];
  }
  return [...found.values()].sort((a, b) => a.index - b.index);
}
