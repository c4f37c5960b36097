import { contains, inputFiles, insertText } from "@mail/../tests/mail_test_helpers";

import { describe, expect, test } from "@odoo/hoot";
import { click, press, queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";

import { getService, patchWithCleanup, serverState } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { download } from "@web/core/network/download";

import { methods, NAME, openInbox, panelData, ROW, row, tell } from "./inbox_test_helpers";
import {
    changeConversation,
    createConversation,
    defineWhatsappModels,
} from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

const INPUT = ".o-mail-Composer-input";
const NOTIFICATION = ".o-whatsapp-InboxFollow-lost";

/** Open the inbox at a conversation that nobody has taken; `server.follow` is what becomes of it. */
async function openFree(options = {}) {
    const { channelId: id, pyEnv } = await createConversation(
        { name: "Ana", agent_id: false },
        { isMine: false },
    );
    const beaId = pyEnv["res.partner"].create({ name: "Bea" });
    const state = { follow: { data: {} } };
    const server = await openInbox([row(id, "Ana"), row(id + 100, "Ben")], {
        ...options,
        answer: ({ method, args }) => {
            switch (method) {
                case "inbox_follow":
                    return state.follow;
                case "inbox_panel":
                    return panelData({ id: args[0][0] });
            }
        },
    });
    await press("j");
    await press("Enter");
    await contains(INPUT);
    return Object.assign(state, { beaId, id, pyEnv, server });
}

/** The bus says what happened to a conversation, and the client has looked. */
async function hear(payload) {
    await tell(payload);
    await advanceTime(1000);
    await animationFrame();
}

const drafts = () => Object.keys(browser.localStorage).filter((key) => key.includes("draft"));

test("what a colleague takes away closes with who has it, and opens nothing else", async () => {
    const talk = await openFree();
    talk.follow = { lost: "unreadable" };
    talk.server.rows.shift();
    changeConversation(talk.pyEnv, talk.id, { agent_id: { id: talk.beaId, name: "Bea" } });
    await hear({ gone: [talk.id] });
    await contains(".o-whatsapp-Inbox-thread", { text: "No conversation is open" });
    expect(queryAllTexts(NOTIFICATION)).toEqual(["Ana. Bea takes care of this conversation now."]);
    expect(queryAllTexts(NAME)).toEqual(["Ben"]);
    expect(getService("whatsapp.inbox").activeId).toBe(false);
    expect(".o-whatsapp-Inbox-panel").toHaveCount(0);
    await advanceTime(10_000);
    await contains(NOTIFICATION, { count: 0 });
});

test("what was written is given back, to the customer and to colleagues, and kept nowhere", async () => {
    const talk = await openFree();
    await insertText(INPUT, "Dear Ana,\nit is ready");
    await click(".o-whatsapp-ComposerArea [data-mode=note]");
    await animationFrame();
    await insertText(INPUT, "Who has the key?");
    expect(drafts()).toHaveLength(1);
    talk.follow = { lost: "unreadable" };
    await hear({ gone: [talk.id] });
    await contains(NOTIFICATION);
    expect(".o_notification_content").toHaveText(
        /A colleague takes care of this conversation now\.\s+You had written:\s+Dear Ana,\s+it is ready\s+Who has the key\?/,
    );
    expect(drafts()).toHaveLength(0);
    await advanceTime(60_000);
    await contains(NOTIFICATION); // until the user has read it
});

test("files are given back, those of the note as well", async () => {
    patchWithCleanup(download, {
        _download: ({ url }) => {
            expect(url).toMatch(/download=true/);
            expect.step("download");
        },
    });
    const talk = await openFree();
    const file = (name) => new File(["x"], name, { type: "application/pdf" });
    await inputFiles(".o-mail-Composer .o_input_file", [file("offer.pdf")]);
    await contains(".o-mail-AttachmentContainer:not(.o-isUploading)", { text: "offer.pdf" });
    await click(".o-whatsapp-ComposerArea [data-mode=note]");
    await contains(".o-mail-AttachmentContainer", { count: 0 });
    await inputFiles(".o-mail-Composer .o_input_file", [file("plan.pdf")]);
    await contains(".o-mail-AttachmentContainer:not(.o-isUploading)", { text: "plan.pdf" });
    const { composer } = getService("whatsapp.inbox").thread;
    talk.follow = { lost: "unreadable" };
    await hear({ gone: [talk.id] });
    await contains(`${NOTIFICATION}:contains(You had added files:)`);
    expect(queryAllTexts(`${NOTIFICATION} .o_notification_buttons button`)).toEqual([
        "plan.pdf",
        "offer.pdf",
    ]);
    expect(composer.attachments).toHaveLength(0);
    await advanceTime(60_000);
    await click(`${NOTIFICATION} button:contains(offer.pdf)`);
    await expect.waitForSteps(["download"]);
});

for (const [reason, payload, lost, words] of [
    [
        "went to another team",
        ["gone", "moved"],
        "unreadable",
        "This conversation went to another team.",
    ],
    [
        "is shared no longer",
        ["gone", "unshared"],
        "unreadable",
        "This conversation is no longer shared with you.",
    ],
    ["was merged with another", ["gone"], "deleted", "This conversation is no longer there."],
    [
        "cannot be read for another reason",
        ["changed"],
        "unreadable",
        "A colleague takes care of this conversation now.",
    ],
]) {
    test(`a conversation that ${reason} closes and says so`, async () => {
        const talk = await openFree();
        talk.follow = { lost };
        await hear(Object.fromEntries(payload.map((key) => [key, [talk.id]])));
        await contains(NOTIFICATION, { text: `Ana. ${words}` });
        await contains(".o-whatsapp-Inbox-thread", { text: "No conversation is open" });
    });
}

test("who may still read it sees what became of it, and goes on writing", async () => {
    const talk = await openFree();
    await contains("button[name='whatsapp-take']");
    await insertText(INPUT, "Half a sen");
    talk.follow = {
        data: {
            "res.partner": [{ id: talk.beaId, name: "Bea" }],
            "whatsapp.conversation": [{ id: talk.id, agent_id: talk.beaId }],
        },
    };
    await hear({ gone: [talk.id], moved: [talk.id] });
    await contains(".o-whatsapp-ComposerNotice", { text: "Bea takes care of this conversation." });
    await contains("button[name='whatsapp-take']", { count: 0 });
    expect(INPUT).toHaveValue("Half a sen");
    talk.follow = { data: { "whatsapp.conversation": [{ id: talk.id, state: "resolved" }] } };
    await hear({ changed: [talk.id], agents: [77] });
    await contains("button[name='whatsapp-reopen']");
    expect(NOTIFICATION).toHaveCount(0);
    // an old reason is forgotten
    talk.follow = { lost: "unreadable" };
    await hear({ changed: [talk.id], agents: [77] });
    await contains(NOTIFICATION);
    expect(NOTIFICATION).toHaveText(/^Ana\. Bea takes care of this conversation now\.\s/);
});

test("a supervisor who watches follows unnoticed, until it is none of their business", async () => {
    const talk = await openFree();
    getService("whatsapp.inbox").watch(talk.id);
    await contains(".o-whatsapp-WatchBar");
    talk.follow = {
        data: {
            "res.partner": [{ id: talk.beaId, name: "Bea" }],
            "whatsapp.conversation": [{ id: talk.id, agent_id: talk.beaId }],
        },
    };
    await hear({ changed: [talk.id], agents: [77] });
    await contains(".o-whatsapp-WatchBar:contains(nor Bea can see it)");
    expect(getService("whatsapp.inbox").watchedId).toBe(talk.id);
    talk.follow = { lost: "unreadable" };
    await hear({ gone: [talk.id], moved: [talk.id] });
    await contains(NOTIFICATION, { text: "Ana. This conversation went to another team." });
    expect(getService("whatsapp.inbox").watchedId).toBe(false);
});

test("only news of the open conversation, or a flood, makes the client look at it", async () => {
    const talk = await openFree({ query: { view: "mine" } });
    const looks = () => methods(talk.server, "inbox_follow").length;
    const before = looks();
    await hear({ changed: [talk.id + 100], agents: [serverState.userId] });
    expect(looks()).toBe(before);
    // in Mine too, where what concerns others is not asked for
    talk.server.rows.shift();
    await hear({ changed: [talk.id], agents: [77] });
    await contains(`${ROW}`, { count: 1 });
    await hear({ changed: [talk.id], agents: [77] });
    expect(looks()).toBe(before + 2);
    await tell({ changed_more: true });
    await advanceTime(4000);
    expect(looks()).toBe(before + 3);
});

test("whoever comes back to the inbox sees what happened meanwhile", async () => {
    const talk = await openFree();
    const { doAction } = getService("action");
    await doAction({ type: "ir.actions.client", tag: "mail.action_discuss" });
    await contains(".o-mail-Discuss");
    talk.follow = { lost: "unreadable" };
    await hear({ gone: [talk.id] });
    expect(NOTIFICATION).toHaveCount(0);
    await doAction("whatsapp_base.inbox", { props: { resId: talk.id } });
    await contains(NOTIFICATION, { text: "Ana. A colleague takes care of this conversation now." });
    await contains(".o-whatsapp-Inbox-thread", { text: "No conversation is open" });
});
