// Keeps a fault in drawing where it happens: the rest of the page lives on.
import { Component, type ComponentChildren } from "preact";
import { Button, CopyButton } from "./basics";
import { Icon } from "./icons";

interface BoundaryProps {
  /** What cannot be drawn when something in it has a fault. */
  of?: "panel" | "chart" | "dialog" | "bar" | "page";
  children: ComponentChildren;
}

export class Boundary extends Component<BoundaryProps, { error: Error | null }> {
  override state = { error: null as Error | null };

  override componentDidCatch(error: Error): void {
    console.error(error);
    this.setState({ error });
  }

  override render(): ComponentChildren {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div class="fault-box">
        <Icon name="warn" />
        <div>
          <p class="empty-title">This {this.props.of ?? "panel"} has a fault</p>
          <p>{error.message}</p>
        </div>
        <CopyButton text={`${error.message}\n${error.stack ?? ""}`} label="Copy details" />
        <Button icon="retry" onClick={() => this.setState({ error: null })}>
          Try again
        </Button>
      </div>
    );
  }
}
