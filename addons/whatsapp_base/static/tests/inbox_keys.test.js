import { contains, startServer } from "@mail/../tests/mail_test_helpers";

import { describe, expect, test } from "@odoo/hoot";
import { click, edit, press } from "@odoo/hoot-dom";
import { animationFrame, mockDate } from "@odoo/hoot-mock";

import { getService } from "@web/../tests/web_test_helpers";

import { readMinutes } from "@whatsapp_base/inbox/list/inbox_minutes";

import { methods, names, openInbox, panelData, ROW, row, three } from "./inbox_test_helpers";
import { createConversation, defineWhatsappModels } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

const INPUT = ".o-mail-Composer-input";

/** Open the inbox with a conversation that is open in it, and another one below. */
async function openFirst() {
    const { channelId: first } = await createConversation({ name: "Ana" });
    const { channelId: second } = await createConversation({ name: "Ben" });
    const server = await openInbox([row(first, "Ana"), row(second, "Ben")], {
        answer: ({ method, args }) =>
            method === "inbox_panel" ? panelData({ id: args[0][0] }) : undefined,
    });
    await press("j");
    await press("Enter");
    await contains(`${ROW}.o-active`, { text: "Ana" });
    await contains(".o-whatsapp-PanelTags input");
    document.activeElement.blur();
    return { first, second, server };
}

const lastBulk = (server) => methods(server, "inbox_bulk").at(-1)?.args;

test("j and k stay within the list", async () => {
    await startServer();
    await openInbox(three());
    await press("k");
    await contains(`${ROW}.o-cursor`, { text: "Ana" });
    await press("k");
    await animationFrame();
    expect(`${ROW}.o-cursor`).toHaveAttribute("data-id", "1");
    for (const id of ["2", "3", "3"]) {
        await press("j");
        await animationFrame();
        expect(`${ROW}.o-cursor`).toHaveAttribute("data-id", id);
    }
});

test("whoever walks on after pressing a button opens what they walked to", async () => {
    const { server } = await openFirst();
    getService("whatsapp.inbox").close();
    await click("[data-view=all]");
    await contains(ROW, { count: 2 });
    const before = methods(server, "inbox_list").length;
    expect("[data-view=all]").toBeFocused();
    await press("j");
    await press("Enter");
    await contains(`${ROW}.o-active`, { text: "Ana" });
    expect(methods(server, "inbox_list")).toHaveLength(before);
});

test("Escape leads from the text field back to the keys of the list, with the text kept", async () => {
    await openFirst();
    await press("r");
    await contains(`${INPUT}:focus`);
    await edit("Half a sen");
    await press("Escape");
    await animationFrame();
    expect(INPUT).not.toBeFocused();
    expect(INPUT).toHaveValue("Half a sen");
    await press("j");
    await contains(`${ROW}.o-cursor`, { text: "Ben" });
});

test("enter opens nothing without a cursor", async () => {
    await startServer();
    await openInbox(three());
    await press("Enter");
    await animationFrame();
    expect(getService("whatsapp.inbox").activeId).toBe(false);
});

test("e resolves what the cursor is at, and nothing without one", async () => {
    await startServer();
    const server = await openInbox(three());
    await press("e");
    await animationFrame();
    expect(lastBulk(server)).toBe(undefined);
    await press("j");
    await press("j");
    await animationFrame();
    server.rows = [row(1, "Ana"), row(3, "Cleo")];
    await press("e");
    await contains(".o_notification", { text: "Resolved." });
    expect(lastBulk(server)).toEqual(["resolve", [2], false]);
    expect(names()).toEqual(["Ana", "Cleo"]);
});

test("s asks until when, in the user's own time", async () => {
    mockDate("2026-03-10 12:00:00", +2);
    await startServer();
    const server = await openInbox(three());
    await press("j");
    await press("s");
    await contains(".o_command_name", { count: 5 });
    await click(".o_command_name:contains(Tomorrow at nine)");
    await animationFrame();
    expect(lastBulk(server)).toEqual(["snooze", [1], "2026-03-11 07:00:00"]);
    await contains(".o_command_palette", { count: 0 });
});

test("t offers tags, and takes one off that is there", async () => {
    await startServer();
    const server = await openInbox([row(1, "Ana", { tags: [[9, "VIP", 2]] }), row(2, "Ben")]);
    await press("j");
    await press("t");
    await contains(".o_command_name", { text: "Remove “VIP”" });
    await click(".o_command_name");
    await animationFrame();
    expect(lastBulk(server)).toEqual(["untag", [1], 9]);
    await contains(".o_command_palette", { count: 0 });
    await press("j");
    await press("t");
    await contains(".o_command_name", { text: "VIP" });
    await click(".o_command_name");
    await animationFrame();
    expect(lastBulk(server)).toEqual(["tag", [2], 9]);
});

test("t goes into the panel's field where the panel shows what is meant", async () => {
    await openFirst();
    await press("t");
    await animationFrame();
    expect(".o-whatsapp-PanelTags input").toBeFocused();
    expect(".o-whatsapp-PanelTags input").toHaveValue("");
    expect(".o_command_palette").toHaveCount(0);
    document.activeElement.blur();
    // another one is meant
    await press("j");
    await press("t");
    await contains(".o_command_palette");
    await press("Escape");
    await contains(".o_command_palette", { count: 0 });
    // the panel is closed
    await press("k");
    getService("whatsapp.inbox").togglePanel();
    await contains(".o-whatsapp-PanelTags", { count: 0 });
    await press("t");
    await contains(".o_command_name", { text: "VIP" });
});

test("/ goes to the search from an open conversation, not while somebody writes", async () => {
    await openFirst();
    await click(".o-mail-Composer-input");
    await press("/");
    await press("?");
    await animationFrame();
    expect(".o-mail-Composer-input").toBeFocused();
    expect(".modal").toHaveCount(0);
    document.activeElement.blur();
    await press("/");
    expect(".o-whatsapp-InboxHeader-search input").toBeFocused();
    expect(".o-whatsapp-InboxHeader-search input").toHaveValue("");
});

test("? opens one help, in which the keys do nothing", async () => {
    await startServer();
    await openInbox(three());
    await press("?");
    await contains(".modal kbd", { text: "J" });
    await press("?");
    await press("j");
    await animationFrame();
    expect(".modal").toHaveCount(1);
    expect(".o-cursor").toHaveCount(0);
    await press("Escape");
    await contains(".modal", { count: 0 });
});

test("the button Resolve goes on to the next one, can be undone, and leaves marks alone", async () => {
    const { first, second, server } = await openFirst();
    await click(`${ROW}:eq(1) input[type=checkbox]`);
    await animationFrame();
    const rows = server.rows;
    server.rows = [rows[1]];
    await click(".o-whatsapp-InboxThread-actions button[name='whatsapp-resolve']");
    await contains(`${ROW}.o-active`, { text: "Ben" });
    expect(lastBulk(server)).toEqual(["resolve", [first], false]);
    expect(getService("whatsapp.inbox").activeId).toBe(second);
    expect(`${ROW}.o-marked`).toHaveCount(1);
    server.rows = rows;
    await click(".o_notification_buttons button:contains(Undo)");
    await contains(`${ROW}.o-active`, { text: "Ana" });
    expect(lastBulk(server)).toEqual(["reopen", [first], false]);
});

test("who waits over any number of minutes", async () => {
    await startServer();
    const server = await openInbox(three());
    const query = () => methods(server, "inbox_list").at(-1).args[0];
    await click(".o-whatsapp-InboxHeader-more");
    await contains(".o-whatsapp-InboxMinutes input");
    await click(".o-whatsapp-InboxMinutes input");
    await edit("1.5");
    await press("Enter");
    await contains(".o-whatsapp-InboxMinutes [role=alert]");
    expect(query().view).toBe("all");
    await edit("42");
    await press("Enter");
    await contains(".o-whatsapp-InboxMinutes", { count: 0 });
    await animationFrame();
    expect(".o-whatsapp-InboxHeader-more").toHaveText(/Waiting over 42 min/);
    expect([query().view, query().minutes]).toEqual(["waiting", 42]);
    await click(".o-whatsapp-InboxHeader-more");
    await contains(".o-whatsapp-InboxMinutes input");
    expect(".o-whatsapp-InboxMinutes input").toHaveValue("42");
});

test("minutes are whole numbers of up to a year", () => {
    expect(["1", " 90 ", "525600"].map(readMinutes)).toEqual([1, 90, 525600]);
    expect(["", "0", "-5", "1.5", "1e3", "x", "525601"].map(readMinutes)).toEqual(
        Array(7).fill(false),
    );
});
