// One file to the portal, in pieces; a broken line is waited out, and the portal says where to go on.
const PIECE = 512 * 1024;
const LONGEST_WAIT = 15_000;
export class Refused extends Error {}
export const EXPIRED = "Votre session est terminée : rechargez la page et reconnectez-vous, l’envoi reprendra ici.";
export class Expired extends Error {} // signed out meanwhile, or signed in again elsewhere: the file is kept, the page must be opened anew

const pause = (time) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, time);
    addEventListener("online", () => (clearTimeout(timer), resolve()), { once: true });
  });

async function answer(url, options) {
  const found = await fetch(url, { ...options, redirect: "manual" });
  if (found.type === "opaqueredirect") throw new Expired();
  if (found.status === 409) return found.json();
  if (found.status >= 500 || found.status === 429) throw new TypeError("later");
  if (found.ok) return found.json();
  const told = await found.json().catch(() => ({}));
  if (found.status === 403 && !told.erreur) throw new Expired();
  throw new Refused(told.erreur ?? "Le portail a refusé ce fichier : rechargez la page.");
}

async function insisting(act, onBroken) {
  for (let wait = 1000; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try {
      return await act();
    } catch (problem) {
      if (problem instanceof Refused || problem instanceof Expired) throw problem;
      onBroken();
      await pause(wait);
    }
  }
}

export async function transfer({ file, key, rank, announce, token, signal, onProgress, onBroken }) {
  const headers = { "X-CSRFToken": token };
  const body = new FormData();
  body.set("nom", file.name);
  body.set("taille", file.size);
  body.set("cle", key);
  body.set("rang", rank);
  let place = await insisting(() => answer(announce, { method: "POST", body, headers, signal }), onBroken);
  const url = `/envois/${place.id}/`;
  while (place.etat === "receiving") {
    onProgress(place.recu, file.size);
    const piece = file.slice(place.recu, place.recu + PIECE);
    const sending = { method: "POST", body: piece, signal, headers: { ...headers, "Upload-Offset": place.recu, "Content-Type": "application/octet-stream" } };
    place = await insisting(
      () => answer(url, sending),
      () => onBroken(),
    );
  }
  onProgress(file.size, file.size);
  return place;
}
