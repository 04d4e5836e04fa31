import { describe, expect, it } from "vitest";
import { counted, marksOf, within } from "../src/charts/marks";
import { dataOf, powersAround, powersBetween } from "../src/charts/plot";
import { boundsOf, titleOf } from "../src/pages/functions/histogram";
import { becameOf } from "../src/pages/errors/parts";
import { causesOf } from "../src/pages/task/causes";
import type { Task, WorkerMovePage } from "../src/api/types";
import type { LiveEvent } from "../src/live/protocol";
import { applyMoves } from "../src/pages/overview/charts";
import { actorOf, knownSteps } from "../src/pages/task/steps";
import { firstProgram } from "../src/pages/overview/page";
import { ratesOf } from "../src/pages/system/transport";
import { trend, waitingTrend, workersTrend } from "../src/pages/overview/trends";

const move = (is_coming: boolean, is_loss: boolean, second: number) => ({
  number: second,
  worker_id: "w1",
  is_coming,
  is_loss,
  reason: "",
  has_new_code: false,
  at: new Date(second * 1000).toISOString(),
});

describe("marks on a chart", () => {
  const marks = marksOf([move(true, false, 1), move(false, false, 2), move(false, true, 3)]);

  it("tell who was lost from who left", () => {
    expect(marks.map(({ label, at }) => [label, at])).toEqual([
      ["worker came", 1],
      ["worker left", 2],
      ["worker lost", 3],
    ]);
    expect(marks.map(({ color }) => color === "--bad")).toEqual([false, false, true]);
  });

  it("tell a deployment from a worker that only came", () => {
    expect(marksOf([{ ...move(true, false, 1), has_new_code: true }]).map(({ label }) => label)).toEqual([
      "worker with new code",
    ]);
  });

  it("are counted by kind in the window that is shown", () => {
    const shown = within([...marks, ...marks], { from: 2, to: 3 });
    expect(counted(shown).map(({ label, number }) => [label, number])).toEqual([
      ["worker left", 2],
      ["worker lost", 2],
    ]);
  });
});

describe("the workers that came and went", () => {
  const page = (number?: number) =>
    ({ items: number === undefined ? [] : [{ ...move(true, false, 1), number }] }) as unknown as WorkerMovePage;
  const told = (last_worker_move: number) =>
    ({ type: "overview", data: { overview: { last_worker_move } } }) as unknown as LiveEvent;

  it("are asked for only when there is one that is not known", () => {
    const known = page(7);
    expect(applyMoves(told(7), known)).toBe(known);
    expect(applyMoves(told(8), known)).toBeUndefined();
    expect(applyMoves(told(0), page())).toBeDefined();
    expect(applyMoves(told(1), page())).toBeUndefined();
    expect(applyMoves(told(1), null)).toBeUndefined();
  });
});

describe("a scale of powers of ten", () => {
  it("begins and ends at powers, also of one value and of none", () => {
    expect(powersAround(0.002, 0.9)).toEqual([0.001, 1]);
    expect(powersAround(null, null)[1]).toBeGreaterThan(powersAround(null, null)[0]);
    const [from, to] = powersAround(1, 1);
    expect(to).toBeGreaterThan(from);
  });

  it("is labelled at its powers only", () => {
    expect(powersBetween(0.01, 10)).toEqual([0.01, 0.1, 1, 10]);
    expect(powersBetween(0.02, 0.9)).toEqual([0.1]);
  });

  it("has no zero on it, and keeps gaps", () => {
    const lines = [{ label: "p50", color: "--a", values: [0, null, 2] }];
    expect(dataOf({ at: [1, 2, 3], lines, isStacked: false, isLog: true })[1]).toEqual([1e-5, null, 2]);
    expect(dataOf({ at: [1, 2, 3], lines, isStacked: false, isLog: false })[1]).toEqual([0, null, 2]);
  });
});

describe("causes of an error", () => {
  const first = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    d["x"]\n    ~^^^^^\nKeyError: \'x\'';
  const second = 'Traceback (most recent call last):\n  File "a.py", line 3, in g\n    raise A from e\napp.Refused: no\nmore';
  const third = 'Traceback (most recent call last):\n  File "b.py", line 9, in h\n    boom()\nValueError: late';
  const from = "\n\nThe above exception was the direct cause of the following exception:\n\n";
  const during = "\n\nDuring handling of the above exception, another exception occurred:\n\n";

  it("are told from the last to the first, each with how it led on", () => {
    expect(causesOf(first + from + second + during + third)).toEqual([
      { text: "ValueError: late", how: null },
      { text: "app.Refused: no", how: "during" },
      { text: "KeyError: 'x'", how: "from" },
    ]);
  });

  it("of an error alone are the error itself; of nothing none", () => {
    expect(causesOf(first)).toEqual([{ text: "KeyError: 'x'", how: null }]);
    expect(causesOf("")).toEqual([]);
  });
});

describe("what became of the tasks that failed so", () => {
  it("is told of what there is, and those that go on come first", () => {
    const tasks = { trying: 2, success: 0, failure: 3, lost: 0, cancelled: 1, expired: 0 };
    expect(becameOf(tasks)).toEqual([
      { name: "trying", number: 2 },
      { name: "failure", number: 3 },
      { name: "cancelled", number: 1 },
    ]);
  });
});

describe("bars of run times", () => {
  it("say between which bounds they lie", () => {
    const bars = [
      { above_seconds: 0.1, below_seconds: 0.2, count: 1, later: 0 },
      { above_seconds: 0.2, below_seconds: null, count: 3, later: 2 },
    ];
    expect(boundsOf(bars, 0)).toBe("100 ms to 200 ms");
    expect(boundsOf(bars, 1)).toBe("over 200 ms");
    expect(boundsOf([{ above_seconds: 0, below_seconds: 0.2, count: 1, later: 0 }], 0)).toBe("below 200 ms");
    expect(titleOf(bars, 0)).toBe("100 ms to 200 ms: 1 attempt");
    expect(titleOf(bars, 1)).toBe("over 200 ms: 3 attempts, 2 of them not the first of their task");
  });
});

describe("steps of a task that nobody followed", () => {
  it("are the moments that the task itself knows", () => {
    const transitions = [{ at: "t1", status: "running" as const, attempt: 1, worker_id: "w1" }];
    expect(knownSteps({ transitions })).toEqual([
      { number: 1, at: "t1", attempt: 1, status: "running", progress: null, line: null },
    ]);
  });
});

describe("who a step is of", () => {
  const task = {
    worker_id: "w2",
    attempts: 2,
    started_at: "2026-11-21T12:00:00Z",
    history: [{ number: 1, worker_id: "w1" }],
    transitions: [{ at: "t1", status: "running", attempt: 1, worker_id: "w1" }],
  } as unknown as Task;

  it("is the worker of its attempt, also when another one has the task by now", () => {
    expect(actorOf(task, { attempt: 1, status: null })).toBe("w1");
    expect(actorOf(task, { attempt: 2, status: null })).toBe("w2");
    expect(actorOf(task, { attempt: 1, status: "running" })).toBe("w1");
  });

  it("is the control plane where no worker was, and nobody when the attempt is not kept", () => {
    expect(actorOf(task, { attempt: 0, status: "queued" })).toBe("control plane");
    expect(actorOf(task, { attempt: 7, status: null })).toBe("");
  });
});

describe("what waits", () => {
  const going = (waiting: number, ...depths: number[][]) =>
    waitingTrend(
      waiting,
      depths.map((depth_history) => ({ depth_history })),
    );

  it("grows or shrinks when it is clearly more or less than a minute ago, whatever came and ended", () => {
    expect(going(12, [99, 4, 0, 0, 0, 0, 0], [99, 6, 0, 0, 0, 0, 0])).toBe("grows");
    expect(going(10, [0, 12, 40, 40, 40, 40, 40])).toBe("shrinks");
    expect(going(21, [0, 20, 9, 9, 9, 9, 9])).toBe("steady");
    expect(going(5, [0, 0, 0, 0, 0, 0])).toBe("grows");
  });

  it("is compared with the beginning while there is no minute yet", () => {
    expect(going(5, [2, 3])).toBe("grows");
    expect(going(5, [])).toBe("steady");
    expect(going(5)).toBe("steady");
  });

  it("goes nowhere when nothing waits", () => {
    expect(going(0, [7, 7, 7, 7, 7, 7])).toBe("steady");
  });
});

describe("a number of the overview", () => {
  const minutes = (before: number | null, lately: number | null, seconds = 120) => {
    const values = [...Array<number | null>(seconds - 60).fill(before), ...Array<number | null>(60).fill(lately)];
    return {
      range: "15m" as const,
      priority: null,
      step_seconds: 1,
      at: values.map((_, index) => index),
      columns: { failure: values, lost: values, workers: values, gone: values.map(() => null) },
      as_of: "",
    };
  };

  it("grows or shrinks when its last minute is clearly more or less than the one before", () => {
    expect(trend(minutes(2, 3), ["failure", "lost"])).toBe("grows");
    expect(trend(minutes(3, 2), ["failure"])).toBe("shrinks");
    expect(trend(minutes(100, 105), ["failure"])).toBe("steady");
    expect(trend(minutes(0, 1), ["failure"])).toBe("grows");
    expect(trend(minutes(0, 0), ["failure"])).toBe("steady");
  });

  it("goes nowhere while there is nothing to compare with", () => {
    expect(trend(null, ["failure"])).toBe("steady");
    expect(trend(minutes(1, 9, 80), ["failure"])).toBe("steady");
    expect(trend(minutes(null, 9), ["failure"])).toBe("steady");
    expect(trend(minutes(1, 9), ["gone", "unknown"])).toBe("steady");
  });

  it("is compared exactly when it counts workers", () => {
    expect(workersTrend(minutes(20, 21))).toBe("grows");
    expect(workersTrend(minutes(21, 20))).toBe("shrinks");
    expect(workersTrend(minutes(20, 20))).toBe("steady");
    expect(workersTrend(minutes(20, 21, 60))).toBe("steady");
    expect(workersTrend(null)).toBe("steady");
  });
});

describe("how much goes over an end of the transport", () => {
  const told = (second: number, received: number, epoch = "e1") => ({
    epoch,
    as_of: new Date(second * 1000).toISOString(),
    ends: [
      {
        role: "workers" as const,
        address: "tcp://127.0.0.1:5556",
        connections: 1,
        received,
        received_bytes: received * 100,
        sent: received / 2,
        sent_bytes: received * 10,
        under_way: 0,
        held: 0,
        leaving: 0,
        bad_frames: 0,
      },
    ],
  });

  it("is what came and went between two moments", () => {
    const rates = ratesOf(told(10, 100), told(14, 140)).get("workers");
    expect(rates).toEqual({ received: 10, received_bytes: 1000, sent: 5, sent_bytes: 100 });
  });

  it("is not known at first, at once, and of another life", () => {
    expect(ratesOf(null, told(14, 140)).size).toBe(0);
    expect(ratesOf(told(14, 140), told(14.1, 150)).size).toBe(0);
    expect(ratesOf(told(10, 100, "e0"), told(14, 140)).size).toBe(0);
  });
});

describe("the first program", () => {
  it("names this control plane and a task that it knows", () => {
    expect(firstProgram("tcp://127.0.0.1:17555", "add")).toContain('SyncClient("tcp://127.0.0.1:17555")');
    expect(firstProgram("tcp://127.0.0.1:17555", "add")).toContain('client.delay("add")');
  });
});
