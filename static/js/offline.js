// The browser keeps one page to show when the portal cannot be reached; without this script it shows its own.
navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
