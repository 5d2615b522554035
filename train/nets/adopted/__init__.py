"""`adopted`: a net that a user brings, as the module that builds it.

factory    imports and calls what builds it      net       its layout, and the net in our contract
trace      the net as a graph, folded            rewrites  operations that all converters agree on
                                                 resizing  those that change a map's size
"""
