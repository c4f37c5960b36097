import { start } from "@mail/../tests/mail_test_helpers";

import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";

import {
    contains,
    getService,
    makeMockEnv,
    MockServer,
    onRpc,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";

import { WhatsappBoard } from "@whatsapp_base/board/board";
import { byUrgency, duration } from "@whatsapp_base/board/board_words";

import { defineWhatsappModels, fromNow } from "./whatsapp_test_helpers";

describe.current.tags("desktop");
defineWhatsappModels();

const NOTHING = { open: 0, waiting: 0, unassigned: 0, breached: 0, due_soon: 0, oldest: false };

function agent(id, name, values) {
    return {
        id,
        name,
        agent_id: id,
        partner_id: id,
        status: "active",
        since: fromNow({ minutes: -5 }),
        may_change: true,
        capacity: 0,
        load: 0,
        handled: 0,
        teams: [1],
        ...NOTHING,
        ...values,
    };
}

function board(values = {}) {
    return {
        now: fromNow({}),
        totals: {
            ...NOTHING,
            breached: 1,
            waiting: 2,
            oldest: fromNow({ minutes: -42 }),
            handled: 9,
            answered: 4,
            first_response: 75,
            rating: 4.5,
            rated: 2,
        },
        teams: [
            {
                id: 1,
                name: "Calm",
                is_open: true,
                next_opening: false,
                has_hours: false,
                members: 2,
                online: 1,
                ...NOTHING,
            },
            {
                id: 2,
                name: "Burning",
                is_open: true,
                next_opening: false,
                has_hours: true,
                members: 2,
                online: 1,
                ...NOTHING,
                breached: 1,
                waiting: 1,
                oldest: fromNow({ minutes: -42 }),
            },
        ],
        agents: [
            agent(1, "Ada", { open: 1, load: 1, capacity: 4 }),
            agent(2, "Bea", {
                open: 4,
                load: 4,
                capacity: 4,
                breached: 1,
                waiting: 1,
                oldest: fromNow({ minutes: -42 }),
            }),
            agent(3, "Cleo", { status: "offline" }),
        ],
        ...values,
    };
}

async function openBoard() {
    await start();
    await getService("action").doAction({ type: "ir.actions.client", tag: "whatsapp_base.board" });
}

test("times are short, and what burns is first", async () => {
    await makeMockEnv();
    expect(duration(42)).toBe("42 s");
    expect(duration(59 * 60)).toBe("59 min");
    expect(duration(3 * 3600 + 5 * 60)).toBe("3 h 05 min");
    expect(duration(50 * 3600)).toBe("2 d 2 h");
    const lines = [
        { ...NOTHING, name: "calm" },
        { ...NOTHING, name: "newer", waiting: 1, oldest: "2026-01-01 10:00:00" },
        { ...NOTHING, name: "older", waiting: 1, oldest: "2026-01-01 09:00:00" },
        { ...NOTHING, name: "due", due_soon: 1 },
        { ...NOTHING, name: "late", breached: 1 },
    ];
    expect(lines.sort(byUrgency).map((line) => line.name)).toEqual([
        "late",
        "due",
        "older",
        "newer",
        "calm",
    ]);
});

test("what burns is on top, in words", async () => {
    onRpc("whatsapp.board", "load", () => board());
    await openBoard();
    expect(
        queryAllTexts(".o-whatsapp-TeamCard .fw-bold").filter((text) => /\D/.test(text)),
    ).toEqual(["Burning", "Calm"]);
    expect(queryAllTexts(".o-whatsapp-Agent-who")).toEqual(["Bea", "Ada"]);
    expect(".o-whatsapp-Agent:first .o-whatsapp-Urgency").toHaveText("1 too late");
    expect(".o-whatsapp-Agent:first").toHaveText(/Full/);
    await contains("button:contains(1 offline)").click();
    expect(queryAllTexts(".o-whatsapp-Agent-who")).toEqual(["Bea", "Ada", "Cleo"]);
});

test("news that come together are loaded once, a while after the first", async () => {
    let loads = 0;
    let component;
    patchWithCleanup(WhatsappBoard.prototype, {
        setup() {
            super.setup();
            component = this;
        },
    });
    onRpc("whatsapp.board", "load", () => {
        loads++;
        return board();
    });
    await openBoard();
    expect(loads).toBe(1);
    for (let count = 0; count < 20; count++) {
        component.loadSoon();
    }
    await advanceTime(1500);
    expect(loads).toBe(1);
    await advanceTime(1000);
    await animationFrame();
    expect(loads).toBe(2);
});

test("the bus tells of news", async () => {
    onRpc("whatsapp.board", "load", () => board());
    patchWithCleanup(WhatsappBoard.prototype, {
        loadSoon: () => expect.step("soon"),
    });
    await openBoard();
    const [partner] = MockServer.env["res.partner"].read(serverState.partnerId);
    MockServer.env["bus.bus"]._sendone(partner, "whatsapp.conversation/queue", {
        waiting: {},
        known: {},
        gone: [],
    });
    await expect.waitForSteps(["soon"]);
});

test("a line opens its conversations, which can be given to others", async () => {
    onRpc("whatsapp.board", "load", () => board());
    onRpc("whatsapp.board", "details", ({ kwargs }) => {
        expect.step(`details of ${kwargs.user_id}`);
        return {
            rows: [
                {
                    id: 77,
                    name: "Nora",
                    partner_id: false,
                    preview: "Hello?",
                    state: "open",
                    since: fromNow({ minutes: -42 }),
                    sla: "breached",
                    due: false,
                    snoozed_until: false,
                    user_id: 2,
                    agent: "Bea",
                    team: "Burning",
                },
            ],
            more: false,
        };
    });
    onRpc("whatsapp.board", "reassign", ({ args }) => {
        expect.step(`reassign ${JSON.stringify(args)}`);
        return 1;
    });
    await openBoard();
    await contains(".o-whatsapp-Agent-who:contains(Bea)").click();
    expect.verifySteps(["details of 2"]);
    expect(".o-whatsapp-BoardDetails .o-whatsapp-Urgency").toHaveText("Too late");
    await contains(".o-whatsapp-BoardDetails button:contains(Reassign)").click();
    await contains(".modal input[type=radio]:eq(1)").click();
    await contains(".modal-footer .btn-primary").click();
    await advanceTime(100);
    await animationFrame();
    // the board has new figures, so its conversations are looked at again
    expect.verifySteps(["reassign [[77],1,null]", "details of 2"]);
});

test("what a figure counts is opened in the inbox as a filter", async () => {
    onRpc("whatsapp.board", "load", () => board());
    onRpc("whatsapp.board", "details", () => ({ rows: [], more: false }));
    await openBoard();
    await contains(".o-whatsapp-Tile:contains(Too late)").click();
    const inbox = getService("whatsapp.inbox");
    patchWithCleanup(inbox.rows, {
        change: (values, filter) => expect.step([values.view, filter.leaves]),
    });
    patchWithCleanup(getService("action"), { doAction: (action) => expect.step(action) });
    await contains("button:contains(Open in Inbox)").click();
    expect.verifySteps([
        [
            "all",
            [
                ["state", "!=", "resolved"],
                ["sla_state", "=", "breached"],
            ],
        ],
        "whatsapp_base.whatsapp_inbox_action",
    ]);
});

test("each agent has a status of their own, and it is theirs that changes", async () => {
    const data = board();
    data.agents[1].status = "break";
    onRpc("whatsapp.board", "load", () => data);
    onRpc("whatsapp.board", "set_status", ({ args }) => {
        expect.step(args);
        return true;
    });
    await openBoard();
    const statuses = queryAllTexts(".o-whatsapp-Agent-status");
    expect(statuses.map((text) => text.replace(/\s*\d.*/, ""))).toEqual(["On a break", "Active"]);
    await contains(".o-whatsapp-Agent:first .o-whatsapp-Agent-status").click();
    await contains(".o-dropdown-item:contains(Busy)").click();
    expect.verifySteps([[2, "busy"]]);
});

test("an agent whom somebody else leads is shown, not offered for changes", async () => {
    const data = board();
    data.agents[0].may_change = false;
    onRpc("whatsapp.board", "load", () => data);
    await openBoard();
    const [bea, ada] = [".o-whatsapp-Agent:contains(Bea)", ".o-whatsapp-Agent:contains(Ada)"];
    expect(`${bea} button[title='Reassign all']`).toHaveCount(1);
    expect(`${bea} button.o-whatsapp-Agent-status`).toHaveCount(1);
    expect(`${ada} button[title='Reassign all']`).toHaveCount(0);
    expect(`${ada} button.o-whatsapp-Agent-status`).toHaveCount(0);
    expect(`${ada} .o-whatsapp-Agent-status`).toHaveAttribute("title", /You lead no team of Ada/);
});

test("one's own status is one's own to change, whoever leads", async () => {
    const data = board();
    data.agents.push(agent(serverState.userId, "Mitchell", { may_change: false, open: 1 }));
    onRpc("whatsapp.board", "load", () => data);
    await openBoard();
    const me = ".o-whatsapp-Agent:contains(Mitchell)";
    expect(`${me} button.o-whatsapp-Agent-status`).toHaveCount(1);
    expect(`${me} button[title='Reassign all']`).toHaveCount(0);
});

test("who takes any number says so", async () => {
    onRpc("whatsapp.board", "load", () =>
        board({ agents: [agent(1, "Ada", { load: 3, open: 3 })] }),
    );
    await openBoard();
    expect(".o-whatsapp-Agent-load").toHaveText("3 open, no limit");
});
