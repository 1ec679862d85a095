// For the https folder only: keeps the page for days without a network. It answers with what it kept, nothing else.

const KEPT = "denombrement-{version}";
const FILES = {files};

addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FILES)));
  self.skipWaiting();
});

addEventListener("activate", (event) => {
  const drop = async () => {
    for (const name of await caches.keys()) if (name.startsWith("denombrement-") && name !== KEPT) await caches.delete(name);
    await clients.claim();
  };
  event.waitUntil(drop());
});

addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  const kept = FILES.find((file) => new URL(file, location).pathname === pathname);
  if (event.request.method !== "GET" || kept === undefined) return;
  event.respondWith(fetch(event.request).catch(() => caches.match(kept, { ignoreSearch: true })));
});
