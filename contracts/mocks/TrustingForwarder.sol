// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title An ERC-2771 forwarder that asks for no signature: for tests of who a forwarded call counts for
contract TrustingForwarder {
    /// @param signer whose call it is, appended to the calldata as ERC-2771 says
    function forward(address target, bytes calldata data, address signer) external returns (bytes memory) {
        (bool success, bytes memory answer) = target.call(abi.encodePacked(data, signer));
        if (!success) {
            assembly {
                revert(add(answer, 32), mload(answer))
            }
        }
        return answer;
    }
}
