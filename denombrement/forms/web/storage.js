// Where locked rows are kept: IndexedDB, else localStorage, else memory. Rows and keys are texts; `kind` is the key of
// what the page says of it.

const STORE = "rows";
const PATIENCE_MS = 700;

export async function openStorage(name) {
  for (const open of [openIndexedDb, openLocalStorage]) {
    try {
      const storage = await open(name);
      await storage.put("probe", "1");
      if ((await storage.all()).get("probe") !== "1") continue;
      await storage.remove("probe");
      return storage;
    } catch {
      // Forbidden by the browser's settings: the next one is tried.
    }
  }
  return openMemory();
}

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });

async function openIndexedDb(name) {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await settled(opening);
  const rows = (mode) => database.transaction(STORE, mode).objectStore(STORE);
  return {
    kind: "stored_browser",
    put: (key, text) => settled(rows("readwrite").put(text, key)),
    remove: (key) => settled(rows("readwrite").delete(key)),
    clear: () => settled(rows("readwrite").clear()),
    async all() {
      const store = rows("readonly");
      const [keys, texts] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll())]);
      return new Map(keys.map((key, rank) => [key, texts[rank]]));
    },
  };
}

async function openLocalStorage(name) {
  const prefix = `${name}/`;
  const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  return {
    kind: "stored_browser",
    put: async (key, text) => localStorage.setItem(prefix + key, text),
    remove: async (key) => localStorage.removeItem(prefix + key),
    clear: async () => keys().forEach((key) => localStorage.removeItem(key)),
    all: async () => new Map(keys().map((key) => [key.slice(prefix.length), localStorage.getItem(key)])),
  };
}

function openMemory() {
  const rows = new Map();
  return {
    kind: "memory_only",
    put: async (key, text) => void rows.set(key, text),
    remove: async (key) => void rows.delete(key),
    clear: async () => rows.clear(),
    all: async () => new Map(rows),
  };
}

// One tab at a time: resolves to true where this tab holds the form, false where another one does. A tab that is being
// closed or reloaded lets go a moment later, hence the patience.
export function holdAlone(name) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    const held = () => {
      resolve(true);
      return new Promise(() => {}); // until the tab closes
    };
    // Anything but a wait in vain is a browser that refuses locks altogether.
    const failed = (problem) => resolve(problem.name !== "TimeoutError");
    navigator.locks.request(name, { signal: AbortSignal.timeout(PATIENCE_MS) }, held).catch(failed);
  });
}
