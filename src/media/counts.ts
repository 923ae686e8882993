/** What all streams of the process have done; read when Prometheus asks. Frames are of 20 ms. */
export interface StreamCounts {
  /** From FreeSWITCH. */
  framesIn: number;
  /** To FreeSWITCH. */
  framesOut: number;
  /** Frames of silence that stand for audio which did not come. */
  gaps: number;
  /** Frames from FreeSWITCH that came after silence had taken their place. */
  late: number;
  /** Frames that a program's `clear` dropped. */
  cleared: number;
  /** Messages of programs that came faster than they may, after which the program was read more slowly. */
  held: number;
  /** Datagrams that were not FreeSWITCH's. */
  foreign: number;
  /** Of the pacer, when the process was held up. */
  skippedTicks: number;
}

export const newCounts = (): StreamCounts => ({ framesIn: 0, framesOut: 0, gaps: 0, late: 0, cleared: 0, held: 0, foreign: 0, skippedTicks: 0 });
