"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const { request } = document.body.dataset;
  const wallets = new Map();

  const chosen = () =>
    [...document.querySelectorAll("#scopes input:checked")].map((box) => box.value);

  function say(text, isWrong = false) {
    find("said").textContent = text;
    find("said").classList.toggle("wrong", isWrong);
  }

  async function post(path, body) {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      credentials: "omit",
      body: JSON.stringify({ request, ...body }),
    });
    const content = await answer.json();
    if (!answer.ok) {
      const details = (content.details || []).map((detail) => detail.message);
      throw new Error([content.message, ...details].join(" "));
    }
    return content;
  }

  // One thing at a time: whatever fails is said, and may be tried again.
  async function attempt(work) {
    const buttons = [...document.querySelectorAll("button")];
    buttons.forEach((button) => (button.disabled = true));
    try {
      await work();
    } catch (error) {
      say(error.message || "That did not work.", true);
    }
    buttons.forEach((button) => (button.disabled = false));
  }

  async function offer(wallet) {
    const offered = await post("/oauth/authorize/text", { wallet, scopes: chosen() });
    const kept = Object.entries(offered.withheld).map(([scope, why]) => `${scope}: ${why}`);
    say(kept.length ? `Not given: ${kept.join(" ")}` : "");
    return offered;
  }

  async function decide(body) {
    const { redirect_to: place } = await post("/oauth/authorize", body);
    say("Done. You are sent back.");
    window.location.assign(place);
  }

  const hex = (text) =>
    "0x" +
    [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  async function signWith(provider) {
    say("Your wallet asks you.");
    const [wallet] = await provider.request({ method: "eth_requestAccounts" });
    const { text, scopes } = await offer(wallet);
    const signature = await provider.request({
      method: "personal_sign",
      params: [hex(text), wallet],
    });
    await decide({ decision: "allow", wallet, scopes, signature });
  }

  function show(name, icon, provider) {
    const button = document.createElement("button");
    button.type = "button";
    if (icon && icon.startsWith("data:image/")) {
      const image = document.createElement("img");
      image.src = icon;
      image.alt = "";
      button.append(image);
    }
    button.append(`Sign in with ${name}`);
    button.addEventListener("click", () => attempt(() => signWith(provider)));
    find("wallets").append(button);
  }

  // EIP-6963: every wallet of this browser announces itself.
  window.addEventListener("eip6963:announceProvider", ({ detail }) => {
    if (!detail || !detail.info || wallets.has(detail.info.uuid)) return;
    wallets.set(detail.info.uuid, detail.provider);
    show(String(detail.info.name).slice(0, 40), detail.info.icon, detail.provider);
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
  window.setTimeout(() => {
    if (wallets.size) return;
    if (window.ethereum) show("the wallet of this browser", "", window.ethereum);
    else find("elsewhere").open = true;
  }, 300);

  let offered = null;
  find("write").addEventListener("click", () =>
    attempt(async () => {
      const wallet = find("account").value.trim();
      offered = { wallet, ...(await offer(wallet)) };
      find("text").value = offered.text;
      find("signing").hidden = false;
    }),
  );
  // Another choice is another text.
  find("scopes").addEventListener("change", () => {
    find("signing").hidden = true;
  });
  find("copy").addEventListener("click", () =>
    attempt(async () => {
      find("text").select();
      await navigator.clipboard.writeText(offered.text);
      say("Copied.");
    }),
  );
  find("hand-in").addEventListener("click", () =>
    attempt(async () => {
      const { wallet, scopes } = offered;
      const signature = find("signature").value.trim();
      await decide({ decision: "allow", wallet, scopes, signature });
    }),
  );
  find("deny").addEventListener("click", () => attempt(() => decide({ decision: "deny" })));
})();
