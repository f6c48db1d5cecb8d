const pulse = document.getElementById("pulse");
async function refresh() {
  let lost = false;
  try {
    const answer = await fetch(location.href, {cache: "no-store"});
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
    const live = document.getElementById("live");
    const open = [...live.querySelectorAll("details")].map(one => one.open);
    if (fresh && fresh.innerHTML !== window.shown && !getSelection().toString()) {
      window.shown = fresh.innerHTML;
      live.replaceWith(fresh);
      fresh.querySelectorAll("details").forEach((one, place) => { one.open = open[place]; });
    }
  } catch { lost = true; }
  pulse.classList.toggle("lost", lost);
  pulse.textContent = lost ? "not answering" : "live";
  setTimeout(refresh, 1500);
}
window.shown = document.getElementById("live").innerHTML;
setTimeout(refresh, 1500);
const form = document.querySelector("form");
if (form) form.addEventListener("submit", async event => {
  event.preventDefault();
  const said = form.querySelector("output");
  const body = [{op: "replace", path: form.field.value, value: form.value.value || null}];
  const answer = await fetch(form.dataset.record, {method: "PATCH", body: JSON.stringify(body),
    headers: {"content-type": "application/json"}});
  const told = await answer.json();
  said.textContent = answer.ok ? "Changed." : (told.errors || [told]).map(one => one.message || told.error).join(" ");
});
