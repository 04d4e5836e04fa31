import { describe, expect, it } from "vitest";
import { reachable } from "../src/forms/target";

describe("the address of the control plane in what is copied", () => {
  it("is the one that it listens at", () => {
    expect(reachable("tcp://10.1.1.1:5555", "ops.example")).toBe("tcp://10.1.1.1:5555");
    expect(reachable("tcp://127.0.0.1:17555", "localhost")).toBe("tcp://127.0.0.1:17555");
    expect(reachable("ipc:///run/0.0.0.0:1", "ops.example")).toBe("ipc:///run/0.0.0.0:1");
  });

  it("has the host of the page where it listens at every address, which is none to go to", () => {
    expect(reachable("tcp://0.0.0.0:5555", "ops.example")).toBe("tcp://ops.example:5555");
    expect(reachable("tcp://[::]:5555", "[fd00::7]")).toBe("tcp://[fd00::7]:5555");
  });

  it("is of the family that it listens at, on its own machine", () => {
    expect(reachable("tcp://0.0.0.0:5555", "localhost")).toBe("tcp://127.0.0.1:5555");
    expect(reachable("tcp://[::]:5555", "localhost")).toBe("tcp://[::1]:5555");
  });
});
