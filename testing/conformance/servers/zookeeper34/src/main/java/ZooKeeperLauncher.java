import org.apache.zookeeper.server.quorum.QuorumPeerMain;

/** Starts a ZooKeeper server, alone or of an ensemble, with the file that -Dconfig names. */
public final class ZooKeeperLauncher {
  private ZooKeeperLauncher() {}

  public static void main(String[] arguments) {
    QuorumPeerMain.main(new String[] {System.getProperty("config")});
  }
}
