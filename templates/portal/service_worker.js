// Shows one kept page when the portal cannot be reached. Nothing that belongs to a person is ever kept.
const KEPT = "portail-{{ version }}";
const FILES = {{ kept|safe }};
const OFFLINE = "{{ offline }}";
const DOWNLOADS = /^\/(documents|exports|accuses)\/|\.(csv|xlsx|pdf|ics)$/;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FILES)).then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    await registration.navigationPreload?.enable();
  };
  event.waitUntil(tidy());
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (request.mode === "navigate" && request.method === "GET" && !DOWNLOADS.test(pathname)) {
    const arrive = async () => (await event.preloadResponse) ?? fetch(request);
    event.respondWith(arrive().catch(() => caches.match(OFFLINE)));
  } else if (FILES.includes(pathname) && pathname !== OFFLINE) {
    event.respondWith(fetch(request).catch(() => caches.match(pathname)));
  }
});
