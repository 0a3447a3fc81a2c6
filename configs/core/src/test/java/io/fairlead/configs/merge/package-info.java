@NullMarked
package io.fairlead.configs.merge;

import org.jspecify.annotations.NullMarked;
