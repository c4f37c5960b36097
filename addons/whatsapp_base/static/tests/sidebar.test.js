import {
    click,
    contains,
    onRpcBefore,
    openDiscuss,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";

import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime } from "@odoo/hoot-mock";

import {
    asyncStep,
    Command,
    getService,
    serverState,
    waitForSteps,
} from "@web/../tests/web_test_helpers";

import {
    changeConversation,
    conversationToStore,
    createConversation,
    createMessage,
    defineWhatsappModels,
    fromNow,
} from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

const WAITING = ".o-mail-DiscussSidebarCategory-whatsappWaiting";
const MINE = ".o-mail-DiscussSidebarCategory-whatsapp";

function sendToQueue(pyEnv, { waiting = {}, known = {}, gone = [], flood = false }) {
    send(pyEnv, "whatsapp.conversation/queue", { waiting, known, gone, flood });
}

function send(pyEnv, type, payload) {
    const [partner] = pyEnv["res.partner"].read(serverState.partnerId);
    pyEnv["bus.bus"]._sendone(partner, type, payload);
}

function queued(id, name, values = {}) {
    return {
        "discuss.channel": [
            { id, channel_type: "whatsapp_chat", name, last_interest_dt: fromNow({}) },
        ],
        "whatsapp.conversation": [
            conversationToStore(id, {
                name,
                agent_id: false,
                last_inbound_at: fromNow({}),
                waiting_since: fromNow({}),
                window_expires_at: fromNow({ hours: 24 }),
                unanswered_count: 1,
                ...values,
            }),
        ],
    };
}

test("what waits and what is mine are two categories, on top", async () => {
    await createConversation({ name: "Mine" });
    await createConversation({ name: "Waits", unanswered_count: 3 }, { isMine: false });
    await start();
    await openDiscuss();
    await contains(`${WAITING} .o-whatsapp-waitingCount`, { text: "1" });
    await contains(`${MINE}`);
    await contains(".o-mail-DiscussSidebarChannel", { text: "Waits" });
    await contains(".o-mail-DiscussSidebarChannel:contains(Waits) .o-mail-DiscussSidebar-badge", {
        text: "3",
    });
    expect(queryAllTexts(".o-mail-DiscussSidebarChannel-itemName").slice(0, 2)).toEqual([
        "Waits",
        "Mine",
    ]);
});

test("who has waited longest is first; of mine, what moved last", async () => {
    const { pyEnv } = await createConversation(
        { name: "Late", waiting_since: fromNow({ minutes: -5 }) },
        { isMine: false },
    );
    await createConversation(
        { name: "Early", waiting_since: fromNow({ minutes: -50 }) },
        { isMine: false },
    );
    const { channelId: oldId } = await createConversation({ name: "Old" });
    const { channelId: newId } = await createConversation({ name: "New" });
    pyEnv["discuss.channel"].write([oldId], { last_interest_dt: "2026-01-01 10:00:00" });
    pyEnv["discuss.channel"].write([newId], { last_interest_dt: "2026-01-02 10:00:00" });
    for (const member of pyEnv["discuss.channel.member"].search_read([
        ["channel_id", "in", [oldId, newId]],
    ])) {
        pyEnv["discuss.channel.member"].write([member.id], {
            last_interest_dt: "2025-01-01 10:00:00",
        });
    }
    await start();
    await openDiscuss();
    await contains(`${WAITING} .o-whatsapp-waitingCount`, { text: "2" });
    expect(queryAllTexts(".o-mail-DiscussSidebarChannel-itemName").slice(0, 4)).toEqual([
        "Early",
        "Late",
        "New",
        "Old",
    ]);
});

test("a new customer appears without reload, and goes when a colleague takes the conversation", async () => {
    const pyEnv = await startServer();
    const colleagueId = pyEnv["res.partner"].create({ name: "Bea" });
    const channelId = pyEnv["discuss.channel"].create({
        channel_member_ids: [],
        channel_type: "whatsapp_chat",
        name: "Nora",
    });
    await start();
    await openDiscuss();
    await contains(".o-mail-DiscussSidebarCategory-chat");
    expect(WAITING).toHaveCount(0);
    sendToQueue(pyEnv, { waiting: queued(channelId, "Nora") });
    await contains(".o-mail-DiscussSidebarChannel", { text: "Nora" });
    await contains(`${WAITING} .o-whatsapp-waitingCount`, { text: "1" });
    sendToQueue(pyEnv, {
        known: {
            "whatsapp.conversation": [
                { id: channelId, agent_id: { id: colleagueId, name: "Bea" } },
            ],
        },
    });
    await contains(".o-mail-DiscussSidebarChannel", { count: 0, text: "Nora" });
});

test("the queue does not tell of what is not waiting and not known", async () => {
    const pyEnv = await startServer();
    await start();
    await openDiscuss();
    sendToQueue(pyEnv, {
        known: { "whatsapp.conversation": [{ id: 4321, state: "resolved" }] },
        waiting: queued(4322, "Nora"),
    });
    await contains(".o-mail-DiscussSidebarChannel", { text: "Nora" });
    expect(getService("mail.store")["whatsapp.conversation"].get(4321)).toBe(undefined);
});

test("what went to another team is forgotten", async () => {
    const { channelId, pyEnv } = await createConversation({ name: "Waits" }, { isMine: false });
    await start();
    await openDiscuss();
    await contains(".o-mail-DiscussSidebarChannel", { text: "Waits" });
    sendToQueue(pyEnv, { gone: [channelId] });
    await contains(".o-mail-DiscussSidebarChannel", { count: 0, text: "Waits" });
});

test("what waits in a company that is not active stays out", async () => {
    const pyEnv = await startServer();
    await start();
    await openDiscuss();
    sendToQueue(pyEnv, { waiting: queued(51, "Elsewhere", { company_id: 99 }) });
    sendToQueue(pyEnv, { waiting: queued(52, "Here") });
    await contains(".o-mail-DiscussSidebarChannel", { text: "Here" });
    expect(".o-mail-DiscussSidebarChannel:contains(Elsewhere)").toHaveCount(0);
});

test("people without the role see no queue", async () => {
    const { pyEnv } = await createConversation({ name: "Waits" }, { isMine: false });
    pyEnv["res.users"].write([serverState.userId], { has_whatsapp: false });
    await start();
    await openDiscuss();
    await contains(".o-mail-DiscussSidebarCategory-chat");
    expect(WAITING).toHaveCount(0);
});

test("a waiting conversation that was only looked at stays in the queue", async () => {
    const { channelId, partnerId, pyEnv } = await createConversation(
        { name: "Waits" },
        { isMine: false },
    );
    createMessage(pyEnv, channelId, "Hello?", { authorId: partnerId });
    await createConversation({ name: "Mine" });
    await start();
    await openDiscuss();
    await click(".o-mail-DiscussSidebarChannel", { text: "Waits" });
    await contains(".o-mail-Message", { text: "Hello?" });
    await click(".o-mail-DiscussSidebarChannel", { text: "Mine" });
    await contains(".o-mail-DiscussContent-threadName[title='Mine']");
    await contains(".o-mail-DiscussSidebarChannel", { text: "Waits" });
    changeConversation(pyEnv, channelId, { state: "resolved" });
    await contains(".o-mail-DiscussSidebarChannel", { count: 0, text: "Waits" });
});

test("name and picture are the customer's, also beside a colleague", async () => {
    const { channelId, partnerId, pyEnv } = await createConversation({ name: "Ana Ruiz" });
    const colleagueId = pyEnv["res.partner"].create({ name: "Bea", im_status: "online" });
    pyEnv["discuss.channel"].write([channelId], {
        channel_member_ids: [Command.create({ partner_id: colleagueId })],
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-DiscussContent-threadName[title='Ana Ruiz']");
    await contains(
        `.o-mail-DiscussContent-threadAvatar img[data-src*='/web/image/res.partner/${partnerId}/avatar_128']`,
    );
    await contains(".o-mail-DiscussSidebarChannel .o-whatsapp-badge");
    expect(".o-mail-DiscussContent .o-mail-ImStatus").toHaveCount(0);
    expect("button[name='call']").toHaveCount(0);
    expect("button[name='member-list']").toHaveCount(0);
});

test("in a flood the newest waiting conversations are fetched, once", async () => {
    const { pyEnv } = await createConversation({ name: "Waits" }, { isMine: false });
    onRpcBefore("/mail/data", ({ fetch_params: params }) => {
        if (params.flat().includes("/whatsapp/waiting")) {
            asyncStep("fetch");
        }
    });
    await start();
    await openDiscuss();
    await contains(".o-mail-DiscussSidebarChannel", { text: "Waits" });
    await waitForSteps(["fetch"]);
    await createConversation({ name: "Nora" }, { isMine: false });
    sendToQueue(pyEnv, { flood: true });
    sendToQueue(pyEnv, { flood: true });
    await advanceTime(3100);
    await contains(".o-mail-DiscussSidebarChannel", { text: "Nora" });
    await waitForSteps(["fetch"]);
});

test("who has a conversation open fetches what was announced without its content", async () => {
    const { channelId, partnerId, pyEnv } = await createConversation(
        { name: "Waits" },
        { isMine: false },
    );
    createMessage(pyEnv, channelId, "Hello?", { authorId: partnerId });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message", { text: "Hello?" });
    createMessage(pyEnv, channelId, "Anybody there?", { authorId: partnerId });
    createMessage(pyEnv, channelId, "Well then.", { authorId: partnerId });
    send(pyEnv, "whatsapp.conversation/news", { id: channelId });
    await contains(".o-mail-Message", { count: 3 });
    await contains(".o-mail-Message:last", { text: "Well then." });
});
