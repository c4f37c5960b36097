import { contains, startServer } from "@mail/../tests/mail_test_helpers";

import { describe, expect, test } from "@odoo/hoot";
import { click, edit, keyDown, keyUp, press, queryFirst } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";

import { patchWithCleanup, serverState } from "@web/../tests/web_test_helpers";

import { methods, NAME, names, openInbox, ROW, row, tell, three } from "./inbox_test_helpers";
import { createConversation, defineWhatsappModels, fromNow } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

test("the list shows what the server says, and counts up to a thousand", async () => {
    await startServer();
    await openInbox([
        row(1, "Ana", { unanswered_count: 2, priority: "2", tags: [[1, "VIP", 3]] }),
        row(2, "Ben", { last: { state: "delivered", message_id: false } }),
    ]);
    expect(names()).toEqual(["Ana", "Ben"]);
    await contains(`${ROW}:eq(0) .o-whatsapp-InboxRow-unread`, { text: "2" });
    await contains(`${ROW}:eq(0) .fa-flag.text-danger`);
    await contains(`${ROW}:eq(0) .o_tag`, { text: "VIP" });
    await contains(`${ROW}:eq(1) .o-whatsapp-Ticks[aria-label=Delivered]`);
    await contains("[data-view=all] .o-whatsapp-InboxHeader-count", { text: "999+" });
});

test("an empty view says the next step", async () => {
    await startServer();
    const server = await openInbox([], { query: { view: "mine" } });
    await contains(".o-whatsapp-InboxList-empty");
    expect(".o-whatsapp-InboxList-empty").toHaveText(/Take a conversation/);
    await click(".o-whatsapp-InboxList-empty button");
    await animationFrame();
    expect(methods(server, "inbox_list").at(-1).args[0].view).toBe("unassigned");
});

test("j and k move, enter opens, x marks, escape takes the marks away", async () => {
    const { channelId } = await createConversation({ name: "Ana" });
    await openInbox([row(channelId, "Ana"), row(channelId + 100, "Ben")]);
    await press("j");
    await contains(`${ROW}.o-cursor`, { text: "Ana" });
    await press("j");
    await contains(`${ROW}.o-cursor`, { text: "Ben" });
    await press("x");
    await contains(`${ROW}.o-marked`, { text: "Ben" });
    await press("Escape");
    await contains(`${ROW}.o-marked`, { count: 0 });
    await press("k");
    await press("Enter");
    await contains(`${ROW}.o-active`, { text: "Ana" });
    await contains(".o-mail-Composer-input");
});

test("keys do nothing while somebody types", async () => {
    await startServer();
    const server = await openInbox(three());
    await press("/");
    await animationFrame();
    expect(".o-whatsapp-InboxHeader-search input").toBeFocused();
    for (const key of ["j", "e", "a", "x", "?"]) {
        await press(key);
    }
    await animationFrame();
    expect(".o-cursor").toHaveCount(0);
    expect(".modal").toHaveCount(0);
    expect(methods(server, "inbox_bulk")).toHaveLength(0);
});

test("? shows the keys", async () => {
    await startServer();
    await openInbox(three());
    await press("?");
    await contains(".modal kbd", { text: "J" });
});

test("shift-click marks a range, and e resolves it in one call that can be undone", async () => {
    await startServer();
    const server = await openInbox(three());
    await click(`${ROW}:eq(0) input[type=checkbox]`);
    await keyDown("Shift");
    await click(`${ROW}:eq(2) input[type=checkbox]`);
    await keyUp("Shift");
    await animationFrame();
    await contains(`${ROW}.o-marked`, { count: 3 });
    document.activeElement.blur();
    server.rows = [];
    await press("e");
    await contains(ROW, { count: 0 });
    const [call] = methods(server, "inbox_bulk");
    expect(call.args.slice(0, 3)).toEqual(["resolve", [1, 2, 3], false]);
    await contains(".o_notification", { text: "3 conversations were resolved." });
    server.rows = three();
    await click(".o_notification_buttons button");
    await contains(ROW, { count: 3 });
    expect(methods(server, "inbox_bulk").at(-1).args.slice(0, 2)).toEqual(["reopen", [1, 2, 3]]);
});

test("a asks whom to assign to", async () => {
    await startServer();
    const server = await openInbox(three());
    await press("j");
    await press("a");
    await contains(".o_command_name", { text: "Bea" });
    await contains(".o_command_name", { text: "Team Support" });
    await click(".o_command_name:contains(Bea)");
    await animationFrame();
    expect(methods(server, "inbox_bulk").at(-1).args).toEqual(["assign", [1], 77]);
});

test("a message that comes moves its conversation up; what left the view goes", async () => {
    await startServer();
    const server = await openInbox(three());
    server.rows = [
        row(1, "Ana"),
        row(3, "Cleo", { last_message_at: fromNow({ minutes: 1 }), unanswered_count: 1 }),
    ];
    await tell({ changed: [2, 3], agents: [false, false] });
    await advanceTime(1000);
    await contains(ROW, { count: 2 });
    expect(names()).toEqual(["Cleo", "Ana"]);
    const [call] = methods(server, "inbox_rows");
    expect(call.args[0]).toEqual([2, 3]);
    expect(call.args[1].view).toBe("all");
});

test("in Mine, what concerns others is not asked for", async () => {
    await startServer();
    const server = await openInbox(three(), { query: { view: "mine" } });
    await tell({ changed: [50, 51], agents: [false, 77] });
    await advanceTime(1000);
    expect(methods(server, "inbox_rows")).toHaveLength(0);
    server.rows.push(row(52, "New"));
    await tell({ changed: [52], agents: [serverState.userId] });
    await advanceTime(1000);
    await contains(NAME, { text: "New" });
});

test("what comes meanwhile is found by a search, and what is found no longer goes", async () => {
    await startServer();
    const server = await openInbox(three());
    server.rows = [row(1, "Ana")];
    await press("/");
    await edit("ana", { confirm: "Enter" });
    await advanceTime(1000);
    await contains(ROW, { count: 1 });
    const match = { text: "… for Ana", message_id: 7 };
    server.rows.push(row(9, "Zoe", { match, last_message_at: fromNow({ minutes: 1 }) }));
    await tell({ changed: [9], agents: [77] });
    await advanceTime(1000);
    await contains(ROW, { count: 2 });
    expect(names()).toEqual(["Zoe", "Ana"]);
    await contains(`${ROW}:eq(0)`, { text: "… for Ana" });
    expect(methods(server, "inbox_rows").at(-1).args[1].search).toBe("ana");
    server.rows.pop();
    await tell({ changed: [9], agents: [77] });
    await advanceTime(1000);
    await contains(ROW, { count: 1 });
});

test("in a flood clients look again once, at a random moment of their own", async () => {
    patchWithCleanup(Math, { random: () => 0.5 });
    await startServer();
    const server = await openInbox(three());
    const before = methods(server, "inbox_list").length;
    for (let turn = 0; turn < 5; turn++) {
        await tell({ changed: [1], agents: [false], changed_more: true });
    }
    await advanceTime(1500);
    expect(methods(server, "inbox_list")).toHaveLength(before);
    await advanceTime(1000);
    expect(methods(server, "inbox_list")).toHaveLength(before + 1);
    expect(methods(server, "inbox_rows")).toHaveLength(0);
});

test("counts follow, but not each change", async () => {
    await startServer();
    const server = await openInbox(three());
    const before = methods(server, "inbox_counts").length;
    for (let turn = 0; turn < 10; turn++) {
        await tell({ changed: [1], agents: [false] });
        await advanceTime(100);
    }
    expect(methods(server, "inbox_counts")).toHaveLength(before);
    await advanceTime(5000);
    expect(methods(server, "inbox_counts")).toHaveLength(before + 1);
});

test("groups are loaded when they are opened", async () => {
    await startServer();
    const groups = [
        { id: 1, name: "Alex", count: 1 },
        { id: 2, name: "Bea", count: 1 },
        { id: 3, name: "Cy", count: 1 },
        { id: 4, name: "Dora", count: 1 },
        { id: false, name: "", count: 2 },
    ];
    const server = await openInbox([], {
        query: { view: "all", group_by: "user_id" },
        answer: ({ method, args }) => {
            if (method === "inbox_groups") {
                return groups;
            }
            if (method === "inbox_list") {
                return { rows: [row(args[0].group || 99, `Of ${args[0].group}`)], after: false };
            }
        },
    });
    await contains(".o-whatsapp-InboxList-group", { count: 5 });
    await contains(ROW, { count: 3 });
    await click(".o-whatsapp-InboxList-group:contains(Nobody)");
    await contains(ROW, { count: 4 });
    expect(methods(server, "inbox_list").map(({ args }) => args[0].group)).toEqual([
        1,
        2,
        3,
        false,
    ]);
    await click(".o-whatsapp-InboxList-group:contains(Alex)");
    await contains(ROW, { count: 3 });
});

test("the next page comes when the list is scrolled to its end", async () => {
    await startServer();
    const many = Array.from({ length: 40 }, (_, index) => row(index + 1, `N${index}`));
    const server = await openInbox([], {
        answer: ({ method, args }) => {
            if (method === "inbox_list") {
                return args[1]
                    ? {
                          rows: [row(99, "Last", { last_message_at: fromNow({ days: -2 }) })],
                          after: false,
                      }
                    : { rows: many, after: [null, "2026-01-01 00:00:00", 40] };
            }
        },
    });
    await contains(ROW, { count: 40 });
    queryFirst(".o-whatsapp-InboxList-scroll").scrollTo(0, 100000);
    await contains(ROW, { count: 41 });
    expect(methods(server, "inbox_list").at(-1).args[1]).toEqual([null, "2026-01-01 00:00:00", 40]);
});
