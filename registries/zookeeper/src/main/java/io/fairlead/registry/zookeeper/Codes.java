package io.fairlead.registry.zookeeper;

import org.apache.zookeeper.KeeperException.Code;

/** The meaning of ZooKeeper's answers. Stateless. */
final class Codes {
  private Codes() {}

  /** Whether the answer only says that the connection or the session has ended. */
  static boolean isLost(Code code) {
    return code == Code.CONNECTIONLOSS || code == Code.SESSIONEXPIRED;
  }

  /** Returns why a node could not be read, and what to do. */
  static String meaning(Code code) {
    return switch (code) {
      case NONODE -> "there is no such node (expected: chroot: a path that is there)";
      case NOAUTH -> "it may not be read (expected: username and password of a user who may)";
      case CONNECTIONLOSS, SESSIONEXPIRED -> "the connection is lost";
      default -> "refused with " + code;
    };
  }
}
