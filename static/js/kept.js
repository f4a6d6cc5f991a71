// Files chosen but not yet sent are kept by the browser, so that a reload or a crash goes on where it stopped.
const open = new Promise((resolve) => {
  if (!window.indexedDB) return resolve(null);
  const asked = indexedDB.open("depot", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("fichiers");
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => resolve(null);
});
async function store(mode, act) {
  const base = await open;
  if (!base) return undefined;
  return new Promise((resolve) => {
    const asked = act(base.transaction("fichiers", mode).objectStore("fichiers"));
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => resolve(undefined);
  });
}
export const keep = (key, item) => store("readwrite", (files) => files.put(item, key));
export const drop = (key) => store("readwrite", (files) => files.delete(key));
export const kept = async () => (await store("readonly", (files) => files.getAll())) ?? [];
